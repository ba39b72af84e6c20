/**
 * Where a story happens: machines with their disks, projects on them, one account at the vendor, and the engine run as a
 * process that may die. Everything between the ports is the real thing.
 */
import { openProject, type Project } from "../../src/engine.js";
import type { RenderReport, RenderRequest } from "../../src/engine-render.js";
import type { World } from "../../src/engine-world.js";
import type { Plan } from "../../src/plan/plan.js";
import { openKling } from "../../src/provider/kling/kling.js";
import { diskCode } from "../../src/store/files.js";
import { acquireLock } from "../../src/store/project-lock.js";
import { NO_ACCOUNT } from "../run/scripted-provider.js";
import { wav } from "../store/sounds.js";
import { Account } from "./account.js";
import { Books, needsNoYes, type Named } from "./books.js";
import { contentOf } from "./bytes.js";
import type { Census } from "./census.js";
import type { Chance } from "./chance.js";
import { Disk } from "./disk.js";
import type { Film } from "./film.js";
import { Life, type Blow, type Trouble } from "./life.js";
import { mount } from "./mount.js";
import { Broken, recordsParse, refusedKeys } from "./records.js";
import { clockOf, Turns } from "./turns.js";
import { orderOf } from "./vendor-calls.js";
import { wayTo, type Arrival, type OnArrival } from "./vendor.js";

/** A project of a story, as it is in its author's head. */
export interface FilmProject {
  readonly name: string;
  readonly root: string;
  readonly disk: Disk;
  readonly film: Film;
  readonly versions: number[];
  held: boolean;
  /** Whether its records were taken away, so that what only they knew is nowhere. */
  lost: boolean;
  /** Whether the store was taken away. */
  emptied: boolean;
  /** Whether the lockfile was, or an older one was put in its place. */
  unlocked: boolean;
  /** The lockfile as it was after each life. */
  readonly pastLocks: string[];
}

/** What is wanted of a life. */
export interface Wish {
  readonly request?: RenderRequest;
  /** Whether a person who is asked says yes; absent: nobody is there. */
  readonly says?: boolean;
  /** Plans first, and approves the digest. */
  readonly byDigest?: boolean;
  readonly blows?: readonly Blow[];
  readonly trouble?: Trouble;
}

/** How a life went. */
export interface Lived {
  readonly project: FilmProject;
  readonly life: Life;
  readonly report?: RenderReport;
  /** Something was thrown that is no error of the disk. */
  readonly thrown?: unknown;
  /** Creates that it sent and the vendor accepted. */
  readonly accepted: readonly Named[];
  readonly maxCostUsd?: number;
  /** Keys that had been refused for their content when it began, and whether a person asked for such steps again. */
  readonly refusedBefore: ReadonlySet<string>;
  readonly wantsAnyway: boolean;
}

/** The stage. */
export class Stage {
  readonly turns: Turns;
  readonly account: Account;
  readonly books = new Books();
  readonly projects: FilmProject[] = [];
  /** Requests that can cost money, as many as arrived. */
  arrived = 0;
  /** How often a person asked to buy something again. */
  rebuys = 0;
  readonly #chance: Chance;
  readonly #living = new Set<{ readonly life: Life; readonly disk: Disk }>();

  constructor(
    chance: Chance,
    readonly census: Census,
  ) {
    this.#chance = chance.fork();
    this.turns = new Turns(chance.fork());
    this.account = new Account(this.turns, chance.fork(), ({ reference, prompt }) => {
      return this.books.of(reference, prompt)?.units ?? 0;
    });
  }

  /** A machine with an empty disk. */
  machine(): Disk {
    return new Disk(() => this.turns.nowMs);
  }

  /** Puts a project on a machine. */
  found(name: string, disk: Disk, film: Film): FilmProject {
    const versions = film.shots.map(() => 0);
    const project: FilmProject = {
      name,
      root: `/${name}`,
      disk,
      film,
      versions,
      held: false,
      lost: false,
      emptied: false,
      unlocked: false,
      pastLocks: [],
    };
    disk.put(`${project.root}/refs/dawn.png`, contentOf("still", "dawn").bytes);
    disk.put(`${project.root}/vo/line.wav`, SOUND);
    this.projects.push(project);
    this.save(project);
    return project;
  }

  /** The author saves the manifest. */
  save({ disk, root, film, versions, held }: FilmProject): void {
    disk.put(`${root}/kling.manifest.yaml`, film.text(versions, held));
  }

  /** Runs processes side by side, each until it returns or dies. */
  async live(wishes: readonly (readonly [FilmProject, Wish])[]): Promise<readonly Lived[]> {
    const running = wishes.map(([project, wish]) => this.#start(project, wish));
    await this.turns.play(() => running.every(({ life }) => !life.alive || life.ended));
    this.#living.clear();
    return running.map(({ lived }) => lived());
  }

  #start(project: FilmProject, wish: Wish) {
    const { census } = this;
    const life: Life = new Life(this.turns, census, {
      project: project.name,
      ...(wish.blows === undefined ? {} : { blows: wish.blows }),
      ...(wish.trouble === undefined ? {} : { trouble: wish.trouble }),
      onBlow: ({ what, side }, port) => {
        census.tell(() => `${what} ${side} ${port} (call ${life.calls} of ${project.name})`);
        if (what === "edit") this.edit(project);
        if (what === "power") this.#powerFails(project.disk);
      },
    });
    this.#living.add({ life, disk: project.disk });
    let report: RenderReport | undefined;
    let thrown: unknown;
    const accepted: Named[] = [];
    census.count("lives");
    const refusedBefore = refusedKeys(recordsParse(project));
    const { retryRefused = [], rebuy = [] } = wish.request ?? {};
    this.#render(project, wish, life, accepted)
      .then((came) => {
        report = came;
      })
      .catch((error: unknown) => {
        if (diskCode(error) === undefined) thrown = error;
      })
      .finally(() => {
        life.ended = true;
        // As the kernel does when a process is over.
        if (life.alive) for (const letGo of life.letGo.splice(0)) letGo();
      });
    return {
      life,
      lived: (): Lived => ({
        project,
        life,
        accepted,
        refusedBefore,
        wantsAnyway: retryRefused.length + rebuy.length > 0,
        ...(report === undefined ? {} : { report }),
        ...(thrown === undefined ? {} : { thrown }),
        ...(wish.request?.maxCostUsd === undefined ? {} : { maxCostUsd: wish.request.maxCostUsd }),
      }),
    };
  }

  /** The author changes a shot, or takes a change back. */
  edit(project: FilmProject): void {
    const index = this.#chance.below(project.versions.length);
    project.versions[index] = project.versions[index] === 0 ? 1 : 0;
    this.census.count("edits");
    this.save(project);
  }

  #powerFails(disk: Disk): void {
    for (const each of this.#living) if (each.disk === disk) each.life.die();
    const { mood, torn } = disk.powerFails(this.#chance);
    this.census.count(`power failures keeping ${mood}`);
    if (torn > 0) this.census.count("torn writes", torn);
  }

  async #render(
    project: FilmProject,
    wish: Wish,
    life: Life,
    accepted: Named[],
  ): Promise<RenderReport | undefined> {
    let allowed: ReadonlySet<string> | undefined;
    const world = this.#world(project, life, (arrival) => this.#arrived(life, arrival, allowed, accepted));
    const open = async (): Promise<Project> => {
      const opened = await openProject({ cwd: project.root, env: ENVIRONMENT, home: "/home/author" }, world);
      if (opened.value !== undefined) return opened.value;
      throw Object.assign(new Error(JSON.stringify(opened.diagnostics)), {
        code: opened.diagnostics.some((each) => each.code === "file/unreadable") ? "EIO" : "none",
      });
    };
    const approve: { approve?: string } = {};
    if (wish.byDigest === true) {
      const planned = await (await open()).plan(wish.request);
      if (planned.value === undefined) return undefined;
      allowed = this.books.write(planned.value);
      approve.approve = planned.value.digest;
    }
    const { says } = wish;
    const ask = async (plan: Plan): Promise<boolean> => {
      await world.clock.sleep(5_000, new AbortController().signal);
      allowed = says === true ? this.books.write(plan) : new Set();
      return says === true;
    };
    return (await open()).render({
      ...wish.request,
      ...approve,
      ...(says === undefined ? {} : { ask }),
      signal: life.stopper.signal,
      onPlan: (plan) => {
        const creates = this.books.write(plan);
        this.census.tell(() => `${project.name} plans ${told(plan)}`);
        if (approve.approve === undefined) allowed = needsNoYes(plan) ? creates : new Set();
      },
      emit: (event) => {
        if (event.type === "step_processing" || event.type === "step_downloading") return;
        this.census.tell(() => `  ${JSON.stringify(event).slice(0, 300)}`);
      },
    });
  }

  /** Something arrived at the vendor: it must have been covered by a yes. */
  #arrived(
    life: Life,
    { call, asked, task }: Arrival,
    allowed: ReadonlySet<string> | undefined,
    accepted: Named[],
  ): void {
    if (asked === "query") return;
    this.arrived++;
    this.census.count(`${asked}s arrived`);
    this.#spendsAlone(life);
    if (asked === "call") {
      if ((allowed?.size ?? 0) === 0) throw new Broken("a small call was sent without a yes");
      return;
    }
    const { reference, prompt } = orderOf(call);
    const named = this.books.of(reference, prompt, allowed);
    if (named === undefined) throw new Broken(`a create that no plan named was sent: ${call.url.pathname}`);
    if (allowed?.has(named.reference) !== true) {
      throw new Broken(`a create without a yes was sent for ${named.step} by ${life.given.project}`);
    }
    if (task === undefined) return;
    accepted.push(named);
    this.books.tasks.set(task.id, named);
  }

  /** Two processes of one project never spend side by side: neither knows what the other does. */
  #spendsAlone(life: Life): void {
    life.spends = true;
    const { project } = life.given;
    const sameNow = [...this.#living].filter((each) => {
      const { alive, ended, spends, given } = each.life;
      return alive && !ended && spends && given.project === project;
    });
    if (sameNow.length > 1) throw new Broken(`two processes of ${project} spend side by side`);
  }

  #world(project: FilmProject, life: Life, onArrival: OnArrival): World {
    const { disk } = project;
    const { fs, locks } = mount(disk, life);
    const clock = clockOf(this.turns, (name, effect) => life.port(name, effect));
    const holder = { pid: 1, host: "machine", started: "2026-11-22T12:00:00.000Z", command: "render" };
    return {
      fs,
      clock,
      lock: (path) => acquireLock(fs, path, holder, () => Promise.resolve(locks)),
      listen: () => Promise.resolve({ kind: "deaf", code: "ENOSYS" }),
      openAccount: () => Promise.resolve(NO_ACCOUNT),
      openRoute: ({ env, catalog, realm }) =>
        Promise.resolve(
          openKling({ env, catalog, clock, realm, transport: wayTo(this.account, life, onArrival) }),
        ),
      frames: {
        find: () => Promise.resolve("/usr/bin/ffmpeg"),
        async take({ clip, which, to }) {
          const { bytes } = contentOf("still", `${which} of ${clip}`);
          const file = await fs.promises.open(to, "wx");
          await file.write(bytes, 0, bytes.length, null);
          await file.close();
          return { kind: "taken" };
        },
      },
    };
  }
}

const ENVIRONMENT = { KLING_API_KEY: "key-of-the-simulation" };
const SOUND = wav(3, { bits: 8 });

function told(plan: Plan): string {
  return plan.steps.map(({ step, decision }) => `${step.id}: ${decision.kind}`).join(", ");
}
