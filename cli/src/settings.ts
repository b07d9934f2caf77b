/**
 * Settings of the grid's processes, and what each was set to. A flag wins over the environment, the environment over the configuration
 * file, the file over the default.
 */

import { GridError, invariant } from '@cleangrid/core/errors.ts';

export interface Setting<Name extends string = string> {
  /** The flag without its dashes; the key in the configuration file, where `_` stands for `-`. */
  name: Name;
  /** What the flag takes, for the help; null: it is a switch. */
  takes: string | null;
  /** The variable of the environment that says the same. */
  variable: string | null;
  help: string;
  fallback?: string;
  /** Of one without a fallback: what it is where nobody says anything, for the help. */
  usually?: string;
  /** May be given several times; values are then separated by commas. */
  isList?: true;
}

/** As commander hands them over: `--tls-cert x` is `tlsCert: 'x'`. */
export type SettingFlags = Readonly<Record<string, unknown>>;

export interface SettingSources {
  flags: SettingFlags;
  environment: NodeJS.ProcessEnv;
  /** By setting name. */
  file: ReadonlyMap<string, string>;
}

/** What one setting was set to, and where, as a person would say it. */
export interface Chosen {
  text: string;
  from: 'flag' | 'environment' | 'file' | 'default';
  origin: string;
}

export class Settings<Name extends string> {
  readonly #settings: readonly Setting<Name>[];
  readonly #sources: SettingSources;

  constructor(settings: readonly Setting<Name>[], sources: SettingSources) {
    this.#settings = settings;
    this.#sources = sources;
  }

  chosen(name: Name): Chosen | null {
    const setting = this.#settings.find((one) => one.name === name);
    invariant(setting, `there is a setting ${name}`);
    const { flags, environment, file } = this.#sources;
    const flag = flags[flagKey(name)];
    if (flag !== undefined) return { text: flagText(flag), from: 'flag', origin: `--${name}` };
    const { variable, fallback } = setting;
    const exported = variable === null ? '' : (environment[variable] ?? '');
    if (variable !== null && exported !== '')
      return { text: exported, from: 'environment', origin: variable };
    const written = file.get(name);
    if (written !== undefined)
      return { text: written, from: 'file', origin: `${fileKey(name)} in the configuration file` };
    return fallback === undefined ? null : { text: fallback, from: 'default', origin: 'the default' };
  }

  text(name: Name): string | null {
    return this.chosen(name)?.text ?? null;
  }

  /** Throws `bad_usage` for what is neither true nor false. */
  isOn(name: Name): boolean {
    const chosen = this.chosen(name);
    if (chosen === null) return false;
    if (['true', '1'].includes(chosen.text)) return true;
    if (['false', '0'].includes(chosen.text)) return false;
    throw wrong(chosen, 'true or false');
  }

  list(name: Name): string[] {
    return (this.text(name) ?? '').split(/[\s,]+/u).filter((one) => one !== '');
  }

  /** Throws `bad_usage`. */
  wholeNumber(name: Name, { max }: { max: number }): number | null {
    const chosen = this.chosen(name);
    if (chosen === null) return null;
    const number = Number(chosen.text);
    if (/^\d+$/u.test(chosen.text) && number >= 1 && number <= max) return number;
    throw wrong(chosen, `a whole number from 1 to ${max}`);
  }

  /** `HOST:PORT`. Throws `bad_usage`. */
  address(name: Name): Address | null {
    const chosen = this.chosen(name);
    if (chosen === null) return null;
    const [, host, port] = /^(.+):(\d{1,5})$/u.exec(chosen.text) ?? [];
    if (host !== undefined && !(host.includes(':') && !host.startsWith('[')) && Number(port) <= 65_535)
      return { text: chosen.text, host, port: Number(port) };
    throw wrong(chosen, 'HOST:PORT');
  }
}

export interface Address {
  /** `host:port`. */
  text: string;
  /** An IPv6 address has its brackets. */
  host: string;
  port: number;
}

export function fileKey(name: string): string {
  return name.replaceAll('-', '_');
}

/** As commander names it. */
export function flagKey(name: string): string {
  return name.replaceAll(/-(.)/gu, (_, letter: string) => letter.toUpperCase());
}

function flagText(flag: unknown): string {
  return Array.isArray(flag) ? flag.join(',') : String(flag);
}

function wrong({ text, origin }: Chosen, wanted: string): GridError {
  return new GridError('bad_usage', `'${text}' (${origin}) is not ${wanted}`);
}
