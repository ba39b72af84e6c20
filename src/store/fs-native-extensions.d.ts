/** The part of the native module that is used: kernel locks on open files, which end with the process. */
declare module "fs-native-extensions" {
  export function tryLock(fd: number, offset?: number, length?: number): boolean;
  export function unlock(fd: number, offset?: number, length?: number): void;
}
