import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startBrowser } from "../../src/store/browser.js";
import { nodeFiles } from "../../src/store/files.js";
import { until } from "../process/cli.js";

const ADDRESS = "http://127.0.0.1:8787/a-token_1/";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "klingmake-browser-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that writes down how it was called. */
function opener(name = "xdg-open", body = 'printf "%s\\n" "$#" "$1"; env'): void {
  const path = join(folder, name);
  writeFileSync(
    path,
    `#!/bin/sh\n{ ${body}; } > "${folder}/said.part"\nmv "${folder}/said.part" "${folder}/said"\n`,
  );
  chmodSync(path, 0o755);
}
const env = (more: Readonly<Record<string, string>> = {}) => ({ PATH: `${folder}:/usr/bin:/bin`, ...more });
const said = () => readFileSync(join(folder, "said"), "utf8");

describe.skipIf(process.platform !== "linux")("a browser", () => {
  it("is started with the address as its one argument, and without credentials", async () => {
    opener();
    const started = await startBrowser(
      nodeFiles,
      ADDRESS,
      env({ DISPLAY: ":0", KLING_API_KEY: "secret", KLINGMAKE_SANDBOX_KEY: "secret" }),
    );
    expect(started).toBe(true);
    await until(() => existsSync(join(folder, "said")));
    expect(said()).toMatch(new RegExp(`^1\n${ADDRESS}\n`));
    expect(said()).toContain("DISPLAY=:0");
    expect(said()).not.toContain("secret");
  });

  it("that is not there, or cannot be started, is no error", async () => {
    expect(await startBrowser(nodeFiles, ADDRESS, { PATH: folder })).toBe(false);
    expect(await startBrowser(nodeFiles, ADDRESS, {})).toBe(false);
    writeFileSync(join(folder, "xdg-open"), "#!/nowhere/at/all\n");
    chmodSync(join(folder, "xdg-open"), 0o755);
    expect(await startBrowser(nodeFiles, ADDRESS, { PATH: folder })).toBe(false);
  });

  it("is not taken from a relative entry of the path", async () => {
    opener();
    expect(await startBrowser(nodeFiles, ADDRESS, { PATH: ".:" })).toBe(false);
  });

  it.each([
    "https://example.com/",
    "http://127.0.0.1.example.com:80/",
    "http://127.0.0.1:80/a b",
    "http://127.0.0.1:80/$(id)",
    "http://127.0.0.1:80/\n",
    "--help",
    "file:///etc/passwd",
  ])("is not sent to %j", async (address) => {
    opener();
    expect(await startBrowser(nodeFiles, address, env())).toBe(false);
  });
});
