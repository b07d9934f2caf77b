/** What is in a container's folders at one moment, as `list` of the supervisor tells it: text by text, entries by their paths. */

/** `settled`: a file that is changed after this moment will differ from its entry. */
export interface Listing {
  bytes: Buffer;
  settled: boolean;
}

export interface Entry {
  /** `f d l p s c b` as in `ls`, or `m`: something is mounted there. */
  type: string;
  /** The permission bits. */
  mode: number;
  owner: string;
  size: number;
  /** Of a folder: whether it has access lists or other attributes. */
  hasAttributes: boolean;
  inode: string;
  /** All that was told but the path: another text is another entry, or one that was changed. */
  text: string;
}

/** By absolute path, parents before what is in them. Paths are bytes: a character of the text is a byte of the name. */
export type Entries = ReadonlyMap<string, Entry>;

export function parseEntries({ bytes }: Pick<Listing, 'bytes'>): Entries {
  const [, ...told] = bytes.toString('latin1').split('\0').slice(0, -1);
  return new Map(told.map(parseEntry));
}

const entryPattern =
  /^(?<text>(?<type>\S) (?<mode>\S+) (?<owner>\S+ \S+) (?<size>\S+) (?<inode>\S+) \S+ \S+ (?<attributes>\S+)) (?<path>.*)$/su;

function parseEntry(told: string): [string, Entry] {
  const found = entryPattern.exec(told)?.groups;
  const { text = '', type = '', mode = '', owner = '', size = '', inode = '' } = found ?? {};
  const entry = {
    type,
    mode: Number.parseInt(mode, 8),
    owner,
    size: Number(size),
    hasAttributes: found?.['attributes'] !== '0',
    inode,
    text,
  };
  return [found?.['path'] ?? '', entry];
}

/** As a path of an entry is written. */
export function entryPath(path: string): string {
  return Buffer.from(path).toString('latin1');
}

/** The folders that a path is in, from the top; without the root. */
export function foldersOf(path: string): string[] {
  const names = path.split('/').slice(1, -1);
  return names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`);
}

/** Of what is to be removed, what is not in something else that is. Parents come before what is in them. */
export function topmost(paths: readonly string[]): string[] {
  const all = new Set(paths);
  return paths.filter((path) => !foldersOf(path).some((folder) => all.has(folder)));
}
