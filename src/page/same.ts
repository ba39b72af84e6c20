/**
 * Whether two pieces of plain data say the same. Members that are undefined count as absent, as they do in JSON.
 */

/** Whether two values would be the same JSON, whatever the order of their members. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
    return one.every((each, at) => isSame(each, other[at]));
  }
  const [mine, its] = [one as Members, other as Members];
  for (const name in mine) if (!isSame(mine[name], its[name])) return false;
  for (const name in its) if (its[name] !== undefined && mine[name] === undefined) return false;
  return true;
}

type Members = Readonly<Record<string, unknown>>;
