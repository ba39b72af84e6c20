/**
 * Pointers of Git LFS: small texts that stand in a checkout where a large file should be, until its content is fetched.
 * Wherever a file of the project is read, one of these in its place is told apart from a damaged file.
 */

const BEGINS = /^version https:\/\/(?:git-lfs\.github\.com|hawser\.github\.com)\/spec\/v1\r?\n/;

/** Files of this many bytes or more are no pointers: the specification keeps pointers below it. */
export const LFS_POINTER_BYTES = 1024;

/** Whether a file's whole text is a pointer. */
export function isLfsPointer(text: string): boolean {
  return text.length < LFS_POINTER_BYTES && BEGINS.test(text);
}

/** Why a pointer is refused. */
export const LFS_WHY = "git has checked out only the pointer; the content lies on the LFS server";

/** What to do about one. */
export const LFS_HELP = "fetch it: git lfs pull";
