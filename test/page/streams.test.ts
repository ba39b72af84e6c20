import { describe, expect, it } from "vitest";
import type { Film, FilmNews, ShotView } from "../../src/page/film.js";
import { film, shot, step } from "./served-films.js";
import { ask, ground, listen, serve, until, type Listener } from "./ground.js";

const titled = (name: string, title: string): ShotView => shot(name, [step(`${name}.clip`)], { title });
const news = ({ messages }: Listener) => messages as FilmNews[];

/** More than the system takes for a reader that does not read. */
const MUCH = "x".repeat(12_000_000);

/** A page whose film the test changes. */
async function opened(first: Film | undefined, heartbeatMs?: number) {
  let shown = first;
  let asked = 0;
  const page = await serve(
    ground(),
    () => {
      asked++;
      return shown;
    },
    heartbeatMs === undefined ? {} : { heartbeatMs },
  );
  return {
    page,
    asked: () => asked,
    show(next: Film) {
      shown = next;
      page.changed();
    },
  };
}

describe("events", () => {
  it("begin with everything, and with when to come back", async () => {
    const shown = film([titled("shots.010", "one"), titled("shots.020", "two")]);
    const { page } = await opened(shown);
    const open = listen(page);
    await until(() => open.messages.length === 1);
    expect(open.text()).toMatch(/\r\n\r\nretry: 1000\n\nevent: news\ndata: \{/);
    expect(open.text()).toMatch(/^content-type: text\/event-stream/im);
    const { shots, ...head } = shown;
    expect(news(open)[0]).toEqual({ head, order: ["shots.010", "shots.020"], shots });
  });

  it("bring only the shots that differ later", async () => {
    const { page, show } = await opened(film([titled("shots.010", "one"), titled("shots.020", "two")]));
    const open = listen(page);
    await until(() => open.messages.length === 1);
    show(film([titled("shots.020", "TWO"), titled("shots.010", "one")], { now: 2_000 }));
    await until(() => open.messages.length === 2);
    expect(news(open)[1]).toMatchObject({
      head: { now: 2_000 },
      order: ["shots.020", "shots.010"],
      shots: [{ name: "shots.020", title: "TWO" }],
    });
  });

  it("begin anew for whoever comes back", async () => {
    const { page, show } = await opened(film([titled("shots.010", "one")]));
    const first = listen(page);
    await until(() => first.messages.length === 1);
    first.socket.destroy();
    show(film([titled("shots.010", "one"), titled("shots.020", "two")]));
    const second = listen(page);
    await until(() => second.messages.length === 1);
    expect(news(second)[0]?.shots.map(({ name }) => name)).toEqual(["shots.010", "shots.020"]);
  });

  it("begin when there is a film", async () => {
    const { page, show } = await opened(undefined);
    const open = listen(page);
    await until(() => open.text().includes("retry"));
    show(film([titled("shots.010", "one")]));
    await until(() => open.messages.length === 1);
    expect(news(open)[0]?.order).toEqual(["shots.010"]);
  });

  it("of a thousand changes at once are a few, with the newest last", async () => {
    const { page, show, asked } = await opened(film([titled("shots.010", "0")]));
    const open = listen(page);
    await until(() => open.messages.length === 1);
    for (let count = 1; count <= 1000; count++) show(film([titled("shots.010", String(count))]));
    await until(() => news(open).at(-1)?.shots[0]?.title === "1000");
    expect(open.messages.length).toBeLessThanOrEqual(3);
    expect(asked()).toBeLessThan(10);
  });

  it("are made for nobody when nobody looks", async () => {
    const { show, asked } = await opened(film([]));
    for (let count = 0; count < 100; count++) show(film([titled("shots.010", String(count))]));
    expect(asked()).toBe(0);
  });

  it("cannot be broken by what a film says", async () => {
    const { page } = await opened(
      film([titled("shots.010", "x\n\nevent: news\ndata: {}\n\n\u2028</script>")]),
    );
    const open = listen(page);
    await until(() => open.messages.length === 1);
    expect(news(open)[0]?.shots[0]?.title).toBe("x\n\nevent: news\ndata: {}\n\n\u2028</script>");
  });

  it("have signs of life between them", async () => {
    const { page } = await opened(film([]), 5);
    const open = listen(page);
    await until(() => open.text().split(": still here\n\n").length > 3);
    expect(open.messages).toHaveLength(1);
  });

  it("end for a page that takes nothing, while others go on", async () => {
    const { page, show } = await opened(film([]), 200);
    const stuck = listen(page);
    const open = listen(page);
    await until(() => stuck.messages.length === 1 && open.messages.length === 1);
    stuck.socket.pause();
    show(film([titled("shots.010", MUCH)]));
    await until(() => open.messages.length === 2);
    const beats = () => open.text().split("still here").length;
    const before = beats();
    await until(() => beats() >= before + 3);
    show(film([titled("shots.010", "later")]));
    await until(() => open.messages.length === 3);
    stuck.socket.resume();
    await until(() => stuck.isClosed());
    expect(stuck.text()).not.toContain("later");
    expect(open.isClosed()).toBe(false);
  });

  it("of a page that was slow go on with the newest, without what lay between", async () => {
    const { page, show } = await opened(film([]), 60_000);
    const slow = listen(page);
    const open = listen(page);
    await until(() => slow.messages.length === 1 && open.messages.length === 1);
    slow.socket.pause();
    show(film([titled("shots.010", MUCH)]));
    await until(() => open.messages.length === 2);
    for (const title of ["two", "three", "four"]) {
      const before = open.messages.length;
      show(film([titled("shots.010", title)]));
      await until(() => open.messages.length > before);
    }
    slow.socket.resume();
    await until(() => news(slow).at(-1)?.shots[0]?.title === "four");
    expect(slow.messages).toHaveLength(3);
  });

  it("are for a bounded number of pages, and for the next one when one is closed", async () => {
    const { page } = await opened(film([]));
    const pages = Array.from({ length: 32 }, () => listen(page));
    await until(() => pages.every(({ messages }) => messages.length === 1));
    expect(await ask(page, "events")).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
    pages[0]?.socket.destroy();
    const next = listen(page);
    // The server learns of the closed one in its own time.
    await until(() => next.messages.length === 1 || next.isClosed());
    if (next.isClosed()) {
      const again = listen(page);
      await until(() => again.messages.length === 1);
    }
  });
});
