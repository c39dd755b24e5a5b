/** A file that comes with the command, beside the sources as well as in the npm package, by its path from the root of either. */
export const packagedFile = (path: string): URL => new URL(`../${path}`, import.meta.url)
