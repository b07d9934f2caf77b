/**
 * Finds `${` in a shell script and tells what the shell would do there, by following its quoting (POSIX, and what bash and busybox add):
 * quotes, escapes, comments, here-documents, `$(…)`, `$((…))`, `${…}`, backticks and `case` patterns. It never fails: what is no
 * script is the shell's to refuse.
 */

import { heredocDepthMax } from '../limits.ts';
import { type Heredoc, heredocBody, heredocDelimiter, heredocOf } from './heredoc.ts';
import { type Frame, isCommands, newFrame } from './shell-frame.ts';

/** One `${` or `$${` of a script. `body` is what a reference has between its braces. */
export type ShellFinding = { start: number; end: number } & (
  | { kind: 'reference'; body: string }
  /** `${vars.x:-1}`: like a reference, but not one, and nothing that a shell understands. */
  | { kind: 'malformed' }
  /** A reference where the shell expands nothing. */
  | { kind: 'unexpanded'; body: string; where: 'single quotes' | 'a quoted here-document' }
  /** `$${`. `escape` is what a shell needs before the `{` to keep it as it is. */
  | { kind: 'literal'; replacement: string }
);

const reference = /\$\{([A-Za-z_]\w*(?:\.[\w-]+)+)\}/uy;
const likeReference = /\$\{[#!]?[A-Za-z_]\w*\.[^}\s"'`]*\}?/uy;
const parameter = /\$\{(?:[#!]?(?:\w+|[@*?$!-])(?:\[[^\]\n]{0,200}\])?)?(:?[-=+?]|[%#/^,])?/uy;
const ourReference = /\$\$\{|\$\{((?:vars|captures|services|matrix|secrets)\.[\w.-]+)\}/gu;
const word = /[A-Za-z_!{}][\w]*(?=[\s;&|()<>]|$)/uy;
const keepsCommandPosition: ReadonlySet<string> = new Set([
  'if',
  'then',
  'else',
  'elif',
  'while',
  'until',
  'do',
  '!',
  '{',
  'time',
  'esac',
  'fi',
  'done',
  '}',
]);

export function scanShell(script: string): ShellFinding[] {
  const findings: ShellFinding[] = [];
  new ShellScanner(script, findings).scan({ start: 0, end: script.length, depth: 0 }, 'commands');
  return findings;
}

interface Region {
  start: number;
  end: number;
  /** Here-documents around it. */
  depth: number;
}

class ShellScanner {
  readonly #script: string;
  readonly #findings: ShellFinding[];
  #at = 0;
  #region: Region = { start: 0, end: 0, depth: 0 };
  #frames: Frame[] = [];
  #heredocs: Heredoc[] = [];

  constructor(script: string, findings: ShellFinding[]) {
    this.#script = script;
    this.#findings = findings;
  }

  /** Reads a region as if it stood alone; leaves off behind it. */
  scan(region: Region, kind: Frame['kind']): void {
    const outer = [this.#region, this.#frames, this.#heredocs] as const;
    [this.#region, this.#frames, this.#heredocs] = [region, [newFrame(kind)], []];
    this.#at = region.start;
    while (this.#at < region.end) this.#step(this.#frame());
    this.#at = region.end;
    [this.#region, this.#frames, this.#heredocs] = outer;
  }

  #step(frame: Frame): void {
    const character = this.#script.charAt(this.#at);
    if (character === '\\') this.#skipWord(2);
    else if (character === '$') this.#dollar(frame);
    else if (character === '`') this.#backtick();
    else if (character === "'" && frame.quotes) this.#singleQuoted();
    else if (character === '"' && (frame.quotes || frame.kind === 'double' || frame.kind === 'parameter'))
      this.#doubleQuote(frame);
    else if (isCommands(frame)) this.#command(frame, character);
    else this.#text(frame, character);
  }

  #dollar(frame: Frame): void {
    const next = this.#script.charAt(this.#at + 1);
    if (next === '{') this.#brace(frame);
    else if (this.#starts('$${')) this.#literal();
    else if (next === '$') this.#skipWord(2);
    else if (this.#starts('$((')) this.#open('arithmetic', 3);
    else if (next === '(') this.#open('parens', 2);
    else if (next === "'" && frame.quotes) this.#ansiQuoted();
    else this.#skipWord(1);
  }

  #brace(frame: Frame): void {
    const start = this.#at;
    const match = this.#match(reference);
    if (match) {
      this.#skipWord(match[0].length);
      this.#findings.push({ kind: 'reference', start, end: this.#at, body: match[1] ?? '' });
      return;
    }
    const malformed = this.#match(likeReference);
    if (malformed) {
      this.#skipWord(malformed[0].length);
      this.#findings.push({ kind: 'malformed', start, end: this.#at });
      return;
    }
    const opened = this.#match(parameter);
    const inDouble = !frame.quotes && !isCommands(frame) && frame.kind !== 'arithmetic';
    this.#open('parameter', opened?.[0].length ?? 2);
    this.#frame().quotes = !inDouble || '%#/'.includes(opened?.[1] ?? ' ');
  }

  /** Inside backticks the shell takes one level of escapes away first. */
  #literal(): void {
    const start = this.#at;
    const inBackticks = this.#frames.some(({ kind }) => kind === 'backticks');
    this.#skipWord(3);
    const replacement = inBackticks ? '\\\\\\${' : '\\${';
    this.#findings.push({ kind: 'literal', start, end: this.#at, replacement });
  }

  #backtick(): void {
    this.#skipWord(1);
    const opened = this.#frames.findLastIndex(({ kind }) => kind === 'backticks');
    if (opened === -1) this.#frames.push(newFrame('backticks'));
    else this.#frames.length = opened;
  }

  #singleQuoted(): void {
    const close = this.#script.indexOf("'", this.#at + 1);
    const end = close === -1 ? this.#region.end : Math.min(close, this.#region.end);
    this.#unexpanded(this.#at + 1, end, 'single quotes');
    this.#skipWord(end + 1 - this.#at);
  }

  /** `$'…'`, where a backslash escapes. */
  #ansiQuoted(): void {
    let end = this.#at + 2;
    while (end < this.#region.end && this.#script.charAt(end) !== "'")
      end += this.#script.charAt(end) === '\\' ? 2 : 1;
    end = Math.min(end, this.#region.end);
    this.#unexpanded(this.#at + 2, end, 'single quotes');
    this.#skipWord(end + 1 - this.#at);
  }

  #unexpanded(start: number, end: number, where: 'single quotes' | 'a quoted here-document'): void {
    for (const match of this.#script.slice(start, end).matchAll(ourReference)) {
      const at = { start: start + match.index, end: start + match.index + match[0].length };
      const body = match[1];
      this.#findings.push(
        body === undefined
          ? { kind: 'literal', ...at, replacement: '${' }
          : { kind: 'unexpanded', ...at, body, where },
      );
    }
  }

  #doubleQuote(frame: Frame): void {
    if (frame.kind === 'double') {
      this.#at += 1;
      this.#frames.pop();
    } else this.#open('double', 1);
  }

  /** Text between delimiters: only what ends it matters. */
  #text(frame: Frame, character: string): void {
    this.#at += 1;
    if (frame.kind === 'parameter' && character === '}') this.#frames.pop();
    if (frame.kind !== 'arithmetic') return;
    if (character === '(') frame.openParens += 1;
    if (character === ')') frame.openParens -= 1;
    if (frame.openParens === 0) this.#frames.pop();
  }

  #command(frame: Frame, character: string): void {
    if (character === '\n') this.#newline(frame);
    else if (character === '#' && this.#atWordStart()) this.#comment();
    else if (this.#starts('<<<')) this.#operator(frame, 3);
    else if (this.#starts('<<')) this.#heredocOperator(frame);
    else if (character === '(' && frame.atCommand && this.#starts('((')) this.#open('arithmetic', 2);
    else if (character === '(') this.#open('parens', 1);
    else if (character === ')') this.#closeParen(frame);
    else if (';&|'.includes(character)) this.#operator(frame, 1, true);
    else if (' \t\r<>'.includes(character)) this.#at += 1;
    else this.#word(frame);
  }

  #operator(frame: Frame, length: number, atCommand = false): void {
    this.#at += length;
    frame.atCommand = atCommand;
  }

  #closeParen(frame: Frame): void {
    this.#at += 1;
    frame.atCommand = true;
    if (frame.kind === 'parens' && frame.openCases === 0) this.#frames.pop();
  }

  #word(frame: Frame): void {
    const name = this.#atWordStart() ? this.#match(word)?.[0] : undefined;
    if (name === 'case' && frame.atCommand) frame.openCases += 1;
    if (name === 'esac' && frame.atCommand && frame.openCases > 0) frame.openCases -= 1;
    const patternsFollow = name === 'in' && frame.openCases > 0;
    frame.atCommand =
      patternsFollow || (frame.atCommand && name !== undefined && keepsCommandPosition.has(name));
    this.#at += name?.length ?? 1;
  }

  #comment(): void {
    const ends = this.#frames.some(({ kind }) => kind === 'backticks') ? /[\n`]/gu : /\n/gu;
    ends.lastIndex = this.#at;
    this.#at = Math.min(ends.exec(this.#script)?.index ?? this.#region.end, this.#region.end);
  }

  #heredocOperator(frame: Frame): void {
    this.#at += 2;
    const stripTabs = this.#script.charAt(this.#at) === '-';
    if (stripTabs) this.#at += 1;
    while (' \t'.includes(this.#script.charAt(this.#at)) && this.#at < this.#region.end) this.#at += 1;
    const start = this.#at;
    const written = this.#match(heredocDelimiter)?.[0] ?? '';
    this.#at = Math.min(start + written.length, this.#region.end);
    frame.atCommand = false;
    if (written !== '') this.#heredocs.push(heredocOf(written, stripTabs));
  }

  /** The bodies of the line's here-documents begin here. */
  #newline(frame: Frame): void {
    this.#at += 1;
    frame.atCommand = true;
    const heredocs = this.#heredocs;
    this.#heredocs = [];
    for (const heredoc of heredocs) this.#heredocBody(heredoc);
  }

  #heredocBody(heredoc: Heredoc): void {
    const start = this.#at;
    const { end, next } = heredocBody(this.#script, { start, end: this.#region.end }, heredoc);
    const depth = this.#region.depth + 1;
    if (heredoc.quoted || depth > heredocDepthMax) this.#unexpanded(start, end, 'a quoted here-document');
    else this.scan({ start, end, depth }, 'heredoc');
    this.#at = next;
  }

  #open(kind: Frame['kind'], length: number): void {
    this.#at += length;
    this.#frame().atCommand = false;
    this.#frames.push(newFrame(kind));
  }

  #skipWord(length: number): void {
    this.#at = Math.min(this.#at + length, this.#region.end);
    this.#frame().atCommand = false;
  }

  /** There is always one: the region's own. */
  #frame(): Frame {
    const top = this.#frames.at(-1) ?? newFrame('commands');
    if (this.#frames.length === 0) this.#frames.push(top);
    return top;
  }

  #starts(text: string): boolean {
    return this.#script.startsWith(text, this.#at);
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#script);
    return match && match.index + match[0].length <= this.#region.end ? match : null;
  }

  #atWordStart(): boolean {
    return this.#at === this.#region.start || /[\s;&|()<>`]/u.test(this.#script.charAt(this.#at - 1));
  }
}
