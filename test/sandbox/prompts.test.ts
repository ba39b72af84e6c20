/** What the new generation reads out of a prompt: handles and lists of shots. */
import { describe } from "vitest";

import { type Body, image, of, table } from "./verdict.js";

describe("new generation, handles in the prompt", () => {
  const path = "/omni-video/kling-3.0-omni";
  const said = (words: string, ...ids: readonly string[]) =>
    of([{ type: "prompt", text: words }, ...ids.map((id) => ({ ...image, id }))]);
  table([
    [
      "a handle is written with an @",
      path,
      said("@mara runs, and @jonas, too; @mara's coat", "mara", "jonas"),
      "ok",
    ],
    ["a script without spaces may go on behind it", path, said("让@mara走进港口", "mara"), "ok"],
    ["a handle need not be used", path, said("she runs", "mara"), "ok"],
    ["an @ that is no handle is text", path, said("a sign says open@night", "mara"), "ok"],
    [
      "a handle within an e-mail address is refused",
      path,
      said("write to kim@mara.com", "mara"),
      /id "mara" collides with ordinary text/,
    ],
    [
      "a handle within a longer word is refused",
      path,
      said("@marathon begins", "mara"),
      /id "mara" collides with ordinary text/,
    ],
    [
      "the form of the legacy generation is refused",
      path,
      said("<<<image_1>>> runs", "mara"),
      /<<<image_1>>> refers to nothing/,
    ],
  ]);
});

describe("new generation, shots in the prompt", () => {
  const path = "/text-to-video/kling-3.0";
  const shots = (words: string, settings: Body = {}) => ({ prompt: words, settings });
  table([
    ["shots that add up pass", path, shots("shot 1, 2, a boat; shot 2, 3, a pier;"), "ok"],
    [
      "shots that do not add up are refused",
      path,
      shots("shot 1, 2, a boat; shot 2, 2, a pier;"),
      /last 4 s together, but duration is 5/,
    ],
    [
      "seven shots are too many",
      path,
      shots(Array.from({ length: 7 }, (_, i) => `shot ${i}, 1, x;`).join(""), { duration: 7 }),
      /7 shots/,
    ],
    ["a shot of 0 s is too short", path, shots("shot 1, 0, a; shot 2, 5, b;"), /at least 1 second/],
    ["513 characters in a shot are too many", path, shots(`shot 1, 5, ${"x".repeat(513)};`), /exceeds 512/],
    [
      "something between shots is refused",
      path,
      shots("shot 1, 5, a; and then"),
      /item 2 is not of the form/,
    ],
    [
      "multi_shot false makes it one shot, unchecked",
      path,
      shots("shot 1, 2, a boat;", { multi_shot: false }),
      "ok",
    ],
    [
      "turbo always reads shots",
      "/text-to-video/kling-3.0-turbo",
      shots("shot 1, 2, a boat;"),
      /last 2 s together/,
    ],
    ["2.6 never does", "/text-to-video/kling-2.6", shots("shot 1, 2, a boat;"), "ok"],
    ["a prompt that only mentions a shot is a prompt", path, shots("wide shot, 35mm, rain"), "ok"],
    [
      "the last semicolon may be left out, and letters may be large",
      path,
      shots("Shot 1, 2, a; SHOT 2, 3, b"),
      "ok",
    ],
    [
      "a shot without words is refused",
      path,
      shots("shot 1, 2, a; shot 2, 3, ;"),
      /item 2 is not of the form/,
    ],
    [
      "a shot lasts whole seconds",
      path,
      shots("shot 1, 2.5, a; shot 2, 2.5, b;"),
      /item 1 is not of the form/,
    ],
    ["a length has no unit", path, shots("shot 1, 5s, a;"), /item 1 is not of the form/],
    [
      "shots are numbered from one on",
      path,
      shots("shot 0, 2, a; shot 1, 3, b;"),
      /shot 0 stands where shot 1 should/,
    ],
    [
      "words before the first shot are noticed by the second",
      path,
      shots("A film. shot 1, 2, a; shot 2, 3, b;"),
      /item 1 is not of the form/,
    ],
    ["512 characters in a shot pass", path, shots(`shot 1, 5, ${"🚢".repeat(512)};`), "ok"],
    [
      "six shots pass",
      path,
      shots([1, 2, 3, 4, 5, 6].map((n) => `shot ${n}, 1, x;`).join(" "), { duration: 6 }),
      "ok",
    ],
  ]);
});
