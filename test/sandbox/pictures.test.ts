import { describe } from "vitest";

import { jpegHeader, pngHeader } from "./client.js";
import { of, PNG, prompt, table } from "./verdict.js";

describe("pictures", () => {
  const frame = (url: unknown) => of([prompt, { type: "first_frame", url }]);
  const path = "/image-to-video/kling-3.0";
  table([
    ["a png passes", path, frame(PNG), "ok"],
    ["a jpg passes", path, frame(jpegHeader(1200, 800)), "ok"],
    ["an address passes unfetched", path, frame("https://example.com/a.png"), "ok"],
    [
      "an address that ends in no picture is refused",
      path,
      frame("https://example.com/a.webp?x=1"),
      /not a jpg, jpeg or png/,
    ],
    ["an address without an ending passes", path, frame("https://example.com/pictures/17"), "ok"],
    ["a broken address is refused", path, frame("https://"), /not a valid URL/],
    ["a data: prefix is refused", path, frame(`data:image/png;base64,${PNG}`), /without the data: prefix/],
    ["a path is refused", path, frame("refs/mara.png"), /neither a URL nor Base64|not a jpg/],
    [
      "line breaks in Base64 are refused",
      path,
      frame(`${PNG.slice(0, 20)}\n${PNG.slice(20)}`),
      /neither a URL nor Base64/,
    ],
    [
      "a gif is refused",
      path,
      frame(Buffer.from("GIF89a".padEnd(60, "x")).toString("base64")),
      /not a jpg, jpeg or png/,
    ],
    ["299 px are too few", path, frame(pngHeader(600, 299)), /at least 300 px/],
    ["2.5:1 is the widest", path, frame(pngHeader(750, 300)), "ok"],
    ["wider than 2.5:1 is refused", path, frame(pngHeader(751, 300)), /aspect ratio must be between/],
    ["taller than 1:2.5 is refused", path, frame(pngHeader(300, 751)), /aspect ratio must be between/],
    [
      "legacy takes 10 MB at most",
      "/v1/videos/image2video",
      { model_name: "kling-v3", prompt: "x", image: pngHeader(600, 600, 10 * 1024 * 1024) },
      /larger than 10 MB/,
    ],
    ["the new generation takes more than 10 MB", path, frame(pngHeader(600, 600, 11 * 1024 * 1024)), "ok"],
  ]);
});
