/** Addresses of media and sidecars: relative ones of the shape that server and report use, and no others. */

// Each part begins with something else than a dot, and nothing is escaped that could make a path of it.
const SHAPE = /^(?:media|sidecars?)(?:\/(?!\.)(?:[\w.~!$'()*+,;=@-]|%(?!2[ef]|5c|[01])[0-9a-f]{2})+)+$/i;

/** The address itself, or undefined where it is not one of ours. */
export function ownAddress(address: string | undefined): string | undefined {
  return address !== undefined && SHAPE.test(address) ? address : undefined;
}
