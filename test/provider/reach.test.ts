/** Which hosts may be reached for results: by what is written, and by what a name resolves to. */
import { describe, expect, it } from "vitest";
import { isLoopbackHost, isPublicAddress, publicLookup, resultUrl } from "../../src/provider/reach.js";

describe("an address", () => {
  it.each([
    ["8.8.8.8", true],
    ["172.15.255.255", true],
    ["172.16.0.1", false],
    ["172.31.255.255", false],
    ["172.32.0.1", true],
    ["10.1.2.3", false],
    ["192.168.1.1", false],
    ["127.0.0.1", false],
    ["127.255.0.1", false],
    ["0.0.0.0", false],
    ["100.64.0.1", false],
    ["169.254.169.254", false],
    ["168.63.129.16", false],
    ["168.63.129.17", true],
    ["198.18.0.1", false],
    ["203.0.113.7", false],
    ["224.0.0.1", false],
    ["255.255.255.255", false],
    ["2606:4700::1111", true],
    ["::1", false],
    ["::", false],
    ["fe80::1", false],
    ["fe80::1%eth0", false],
    ["fc00::1", false],
    ["fd00:ec2::254", false],
    ["ff02::1", false],
    ["2001:db8::1", false],
    ["2002:7f00:1::", false],
    ["::ffff:127.0.0.1", false],
    ["::ffff:a9fe:a9fe", false],
    ["::ffff:8.8.8.8", true],
    ["64:ff9b::10.0.0.1", false],
    ["64:ff9b::808:808", true],
    ["example.com", false],
    ["", false],
  ])("%s is public: %s", (address, isPublic) => {
    expect(isPublicAddress(address)).toBe(isPublic);
  });

  it.each([
    ["localhost", true],
    ["127.0.0.1", true],
    ["127.9.9.9", true],
    ["[::1]", true],
    ["127.0.0.1.example.com", false],
    ["localhost.example.com", false],
    ["10.0.0.1", false],
  ])("%s is this machine: %s", (host, isLoopback) => {
    expect(isLoopbackHost(host)).toBe(isLoopback);
  });
});

describe("a result's URL", () => {
  const vendor = new URL("https://api.example");
  const local = new URL("http://127.0.0.1:9000");
  it.each([
    ["https://cdn.example/a.mp4?sig=1", vendor, true],
    ["https://cdn.example:8443/a.mp4", vendor, true],
    ["https://8.8.8.8/a.mp4", vendor, true],
    ["http://cdn.example/a.mp4", vendor, false],
    ["https://169.254.169.254/latest/meta-data", vendor, false],
    ["https://10.0.0.7/a", vendor, false],
    ["https://[::1]/a", vendor, false],
    ["https://[::ffff:10.0.0.1]/a", vendor, false],
    ["https://0x7f.1/a", vendor, false],
    ["https://2130706433/a", vendor, false],
    ["https://localhost/a", vendor, false],
    ["https://me@cdn.example/a", vendor, false],
    ["data:text/plain,hello", vendor, false],
    ["file:///etc/passwd", vendor, false],
    ["http://127.0.0.1:9000/a", vendor, false],
    ["http://127.0.0.1:9000/a", local, true],
    ["http://127.0.0.1:9001/a", local, false],
    ["https://127.0.0.1:9000/a", local, false],
    ["http://localhost:9000/a", local, false],
    ["https://cdn.example/a", local, true],
    [`https://cdn.example/${"a".repeat(9000)}`, vendor, false],
  ])("%s under %s may be fetched: %s", (text, base, allowed) => {
    expect(resultUrl(text, base) !== undefined).toBe(allowed);
  });

  it("is not made from the API's own address", () => {
    expect(resultUrl("/a.mp4", vendor)).toBeUndefined();
    expect(resultUrl("/b.mp4", vendor, new URL("https://cdn.example/a"))?.href).toBe(
      "https://cdn.example/b.mp4",
    );
  });
});

describe("a look-up", () => {
  const ask = (addresses: readonly string[], all: boolean) =>
    new Promise<unknown>((resolve) => {
      const look = publicLookup((_, done) =>
        done(
          null,
          addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
        ),
      );
      look("cdn.example", { all }, (error, address) => resolve(error?.name ?? address));
    });

  it.each([
    [["8.8.8.8"], "8.8.8.8"],
    [["127.0.0.1"], "NotPublic"],
    [["8.8.8.8", "10.0.0.1"], "NotPublic"],
    [["::1"], "NotPublic"],
    [[], "NotPublic"],
  ])("that finds %j gives %s", async (addresses, given) => {
    expect(await ask(addresses, false)).toBe(given);
  });

  it("gives all addresses to a socket that asks for all", async () => {
    expect(await ask(["8.8.8.8", "2606:4700::1111"], true)).toEqual([
      { address: "8.8.8.8", family: 4 },
      { address: "2606:4700::1111", family: 6 },
    ]);
  });

  it("passes on that a name is not known", async () => {
    const failed = await new Promise((resolve) => {
      const unknown = Object.assign(new Error("no such host"), { code: "ENOTFOUND" });
      publicLookup((_, done) => done(unknown, []))("x.example", {}, (error) => resolve(error?.code));
    });
    expect(failed).toBe("ENOTFOUND");
  });
});
