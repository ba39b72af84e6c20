/**
 * Manifests as nobody should write them, for the laws of tidying: any order of keys, any width of indentation, comments
 * and blank lines at every place, texts in every style, both kinds of line breaks. All of them are valid.
 */
import * as fc from "fast-check";

type Value = string | Mapping | { readonly list: readonly Value[] };
type Mapping = readonly (readonly [key: string, value: Value])[];

const KEYS: Mapping = [
  ["title", "text"],
  ["prompt", "text"],
  ["model", "'kling-2.5-turbo'"],
  ["duration", "5"],
  ["aspect_ratio", '"16:9"'],
  ["take", "2"],
  ["notes", "text"],
  ["tags", { list: ["night", '"x y"', "'a'"] }],
  [
    "x-own",
    [
      ["b", "1.10"],
      ["a", { list: [[["c", "text"]], "020"] }],
    ],
  ],
  [
    "steps",
    {
      list: [
        [
          [
            "extend",
            [
              ["via", '"omni"'],
              ["prompt", "text"],
            ],
          ],
        ],
        [
          [
            "lip_sync",
            [
              ["text", "text"],
              ["voice", "v"],
            ],
          ],
        ],
      ],
    },
  ],
];
const IDS = ["010", '"020"', "opening", "'b-1'", "1e3", "true"];

/** A valid manifest, untidily written. */
export function untidyManifest(): fc.Arbitrary<string> {
  return fc
    .record({
      choices: fc.array(fc.nat(1 << 20), { minLength: 1, maxLength: 60 }),
      ids: fc.shuffledSubarray(IDS, { minLength: 1 }),
      keys: fc.array(fc.shuffledSubarray([...KEYS]), { minLength: 6, maxLength: 6 }),
      root: fc.shuffledSubarray(["version", "project", "vars", "shots", "profiles", "limits"], {
        minLength: 6,
      }),
    })
    .map(({ choices, ids, keys, root }) => {
      const shots = ids.map((id, index) => {
        const fields = keys[index] ?? [];
        return [
          id,
          fields.some(([key]) => key === "prompt") ? fields : [...fields, ["prompt", "text"]],
        ] as const;
      });
      const parts: Readonly<Record<string, Value>> = {
        version: "1",
        project: '"p"',
        vars: [
          ["z", "1.10"],
          ["a", "text"],
        ],
        shots: shots as Mapping,
        profiles: [
          [
            "final",
            [
              ["provider", "'sandbox'"],
              ["vars", [["a", "020"]]],
            ],
          ],
        ],
        limits: [
          ["downloads", "2"],
          ["concurrency", "3"],
        ],
      };
      return new Writer(choices).write(root.map((key) => [key, parts[key] ?? "1"]));
    });
}

/** Writes as its choices say, which come from the generator and are used round and round. */
class Writer {
  private at = 0;
  private comments = 0;

  constructor(private readonly choices: readonly number[]) {}

  write(root: Mapping): string {
    const lines = [...this.noise(0), ...this.mapping(root, 0), ...this.noise(0)];
    const end = this.pick(["\n", "\r\n"]);
    return lines.join(end) + this.pick(["", end, `${end}${end}`]);
  }

  private pick<T>(from: readonly T[]): T {
    const choice = (this.choices[this.at++ % this.choices.length] ?? 0) + this.at * 7;
    return from[choice % from.length] as T;
  }

  private comment(): string {
    return `# c${++this.comments}`;
  }

  /** Lines between two entries: nothing, blank ones, comments at or left of the indentation, or further right. */
  private noise(indent: number): readonly string[] {
    const pad = " ".repeat(indent);
    switch (this.pick([0, 0, 0, 1, 2, 3, 4, 5, 6])) {
      case 1:
        return [""];
      case 2:
        return [`${pad}${this.comment()}`];
      case 3:
        return ["", "  ", `${pad}${this.comment()}`, ""];
      case 4:
        return [this.comment()];
      case 5:
        return [`${pad}${this.comment()}`, "", `${pad}  ${this.comment()}  `];
      case 6:
        return ["", "", ""];
      default:
        return [];
    }
  }

  private mapping(map: Mapping, indent: number): readonly string[] {
    return map.flatMap(([key, value], index) => [
      ...(index === 0 ? [] : this.noise(indent)),
      ...this.entry(`${" ".repeat(indent)}${key}:`, value, indent),
    ]);
  }

  private entry(start: string, value: Value, indent: number): readonly string[] {
    if (typeof value === "string") return this.scalar(start, value, indent);
    const width = this.pick([1, 2, 3, 4]);
    const behind = this.pick(["", "", ` ${this.comment()}`, "   "]);
    if (!("list" in value)) {
      const inner = indent + width;
      return [`${start}${behind}`, ...this.noise(inner), ...this.mapping(value, inner)];
    }
    if (value.list.every((item) => typeof item === "string") && this.pick([true, false])) {
      return [`${start}  [ ${value.list.join(", ")} ]${behind}`];
    }
    const dash = indent + this.pick([0, width]);
    return [
      `${start}${behind}`,
      ...value.list.flatMap((item) => [...this.noise(dash), ...this.item(item, dash)]),
    ];
  }

  private item(item: Value, dash: number): readonly string[] {
    const pad = " ".repeat(dash);
    if (typeof item === "string") return this.scalar(`${pad}-`, item, dash);
    if ("list" in item) throw new Error("no list stands in a list here");
    const width = this.pick([2, 4]);
    const inner = this.mapping(item, dash + width);
    if (this.pick([true, true, false])) {
      const [first = "", ...rest] = inner;
      return [`${pad}-${" ".repeat(width - 1)}${first.trimStart()}`, ...rest];
    }
    return [`${pad}-${this.pick(["", ` ${this.comment()}`])}`, ...this.noise(dash + width), ...inner];
  }

  private scalar(start: string, value: string, indent: number): readonly string[] {
    const behind = this.pick(["", "", `  ${this.comment()}`]);
    const pad = " ".repeat(indent + this.pick([1, 2, 5]));
    if (value !== "text") return [`${start}${this.pick([" ", "   "])}${value}${behind}`];
    switch (this.pick([0, 1, 2, 3, 4, 5, 6, 7, 8])) {
      case 1:
        return [`${start} wide, it's \${vars.z}`, `${pad}goes on`, "", `${pad}and # on`.replace(" #", "")];
      case 2:
        return [`${start} "quoted: yes"${behind}`];
      case 3:
        return [`${start} "over two`, `${pad}lines,  `, "", `${pad}\\"three\\" \\`, `${pad}four"${behind}`];
      case 4:
        return [`${start} >${behind}`, `${pad}folded`, `${pad}  deeper # no comment`, "", `${pad}out`];
      case 5:
        return [`${start} |-${behind}`, "", `${pad}literal`, pad, `${pad}- no list`];
      case 6:
        return [`${start} |2-`, `${" ".repeat(indent + 2)}  ahead`, `${" ".repeat(indent + 2)}behind`];
      case 7:
        return [start, `${pad}below its key${behind}`];
      case 8:
        return [`${start} |+`, `${pad}kept`, "", ""];
      default:
        return [`${start} word${behind}`];
    }
  }
}
