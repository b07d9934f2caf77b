/** Where a scan of a shell script is: in a list of commands, or in text between delimiters that nest in one another. */

export interface Frame {
  kind: 'commands' | 'parens' | 'backticks' | 'double' | 'parameter' | 'arithmetic' | 'heredoc';
  /** Whether `'` and `"` begin quotes here. */
  quotes: boolean;
  /** Of `arithmetic`. */
  openParens: number;
  /** Of lists of commands: `case` without its `esac`; a `)` then ends a pattern. */
  openCases: number;
  /** Whether the next word may be a reserved one. */
  atCommand: boolean;
}

export function isCommands({ kind }: Frame): boolean {
  return kind === 'commands' || kind === 'parens' || kind === 'backticks';
}

export function newFrame(kind: Frame['kind']): Frame {
  const commands = kind === 'commands' || kind === 'parens' || kind === 'backticks';
  return {
    kind,
    quotes: commands || kind === 'arithmetic',
    openParens: kind === 'arithmetic' ? 2 : 0,
    openCases: 0,
    atCommand: commands,
  };
}
