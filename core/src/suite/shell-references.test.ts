import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StepCommand } from '../plan.ts';
import { compileText, suiteWith } from './compile-text.ts';

/** Properties do much; a busy machine does it slowly. */
const propertyMsMax = 60_000;

/** A step is run by `sh`; images have another one each. */
const shells = ['sh', 'bash --posix'];

/** A suite whose one step runs the script; `v` is its variable. */
function suiteOf(script: string): string {
  return suiteWith({ top: '[vars]\nv = ""', step: `run = ${JSON.stringify(script)}` });
}

function compile(script: string, value: string): { command: StepCommand | undefined; codes: string[] } {
  const { plan, problems } = compileText(suiteOf(script), { vars: { v: value } });
  return { command: plan?.scenarios[0]?.steps[0]?.command, codes: problems.map(({ code }) => code) };
}

/** What the compiled script prints. */
function run(shell: string, script: string, value: string): string {
  const { command, codes } = compile(script, value);
  if (command?.kind !== 'shell') throw new Error(`${codes.join()} in ${script}`);
  const env = Object.fromEntries(
    Object.entries(command.variables).map(([name, parts]) => [name, parts.map(String).join('')]),
  );
  return execute(shell, command.script, env);
}

function execute(shell: string, script: string, env: Record<string, string>): string {
  const options = { env: { PATH: '/usr/bin:/bin', ...env }, stdio: ['ignore', 'pipe', 'pipe'] as 'pipe'[] };
  const [program = '', ...flags] = shell.split(' ');
  return execFileSync(program, [...flags, '-c', script], { ...options, encoding: 'utf8' });
}

const value = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom(...Array.from('$`"\'\\{}()\n\t ;&|<>*?[]#~!-')),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }),
    ),
  })
  .filter((text) => !text.includes('\0') && text.isWellFormed());

describe.each(shells)('in %s', (shell) => {
  test.each([
    ['double quotes', 'printf %s "${vars.v}"'],
    ['double quotes beside single ones', `printf %s ''"\${vars.v}"''`],
    ['an assignment', 'x=${vars.v}; printf %s "$x"'],
    ['a command substitution', 'x="$(printf %s. "${vars.v}")"; printf %s "${x%.}"'],
    ['backticks', 'x=`printf %s. "${vars.v}"`; printf %s "${x%.}"'],
    ['a default', 'printf %s "${unset:-${vars.v}}"'],
    ['a here-document', 'x=$(cat <<END\n${vars.v}.\nEND\n); printf %s "${x%.}"'],
    ['a here-document without tabs', 'x=$(cat <<-END\n\t${vars.v}.\n\tEND\n); printf %s "${x%.}"'],
    [
      'a case of a substitution',
      `printf %s "$(case a in (b) echo 'no';; a) printf %s. "\${vars.v}";; esac)" | head -c -1`,
    ],
    ['a function behind a comment', `f() {\n  # don't "\n  printf %s "$1"\n}\nf "\${vars.v}"`],
  ])(
    'the program sees exactly the value from %s',
    (_where, script) => {
      fc.assert(
        fc.property(value, (text) => {
          expect(run(shell, script, text)).toBe(text);
        }),
        { numRuns: 10 },
      );
    },
    propertyMsMax,
  );

  test.each([
    ['echo "$${vars.v}"', '${vars.v}\n'],
    ["echo '$${vars.v}'", '${vars.v}\n'],
    ['echo $${HOME}', '${HOME}\n'],
    ['echo "`echo "$${vars.v}"`"', '${vars.v}\n'],
    ['cat <<END\n$${vars.v}\nEND\n', '${vars.v}\n'],
    ["cat <<'END'\n$${vars.v}\nEND\n", '${vars.v}\n'],
    ['echo "\\${vars.v}"', '${vars.v}\n'],
    ['x=1; echo "${x} ${y:-2} ${#x} ${x%1}"', '1 2 1 \n'],
    ['echo "$((1 << 2)) ${vars.v}"', '4 V\n'],
    ['echo "it\'s ${vars.v}"', "it's V\n"],
    ['echo "${x:-it\'s} ${vars.v}"', "it's V\n"],
    ["echo ${x:-'a}b'} ${vars.v}", 'a}b V\n'],
    ['x=abc; echo "${x#\'a\'} ${vars.v}"', 'bc V\n'],
    ["cat <<A; cat <<'B'\n'${vars.v}\nA\n'$${vars.v}\nB\necho '-'", "'V\n'${vars.v}\n-\n"],
    ['echo a#b "${vars.v}" # and \' this', 'a#b V\n'],
    ["case ${vars.v} in 'V') echo 'one';; esac", 'one\n'],
  ])('%j prints %j', (script, printed) => {
    expect(run(shell, script, 'V')).toBe(printed);
  });

  test(
    'a script means the same as with the value written into it',
    () => {
      fc.assert(
        fc.property(scripts, ({ text, dead }) => {
          const refused = compile(text, 'V').codes.includes('CG1305');
          const expected = dead ? 'refused' : execute(shell, text.replaceAll('${vars.v}', 'V'), {});
          expect(refused ? 'refused' : run(shell, text, 'V')).toBe(expected);
        }),
        { numRuns: 100 },
      );
    },
    propertyMsMax,
  );
});

/** A piece of script; `dead`: it has a reference where nothing is expanded. */
interface Piece {
  text: string;
  dead: boolean;
}

const reference: Piece = { text: '${vars.v}', dead: false };
const piece = (text: string): Piece => ({ text, dead: false });

function joined(separator: string, pieces: readonly Piece[]): Piece {
  return { text: pieces.map(({ text }) => text).join(separator), dead: pieces.some(({ dead }) => dead) };
}

function around(before: string, inner: Piece, after: string): Piece {
  return { text: before + inner.text + after, dead: inner.dead };
}

const { scripts } = fc.letrec<{
  scripts: Piece;
  command: Piece;
  word: Piece;
  inDouble: Piece;
  inHeredoc: Piece;
}>((tie) => {
  const some = (arbitrary: fc.Arbitrary<Piece>, separator: string): fc.Arbitrary<Piece> =>
    fc.array(arbitrary, { minLength: 1, maxLength: 3 }).map((pieces) => joined(separator, pieces));
  const substitution = tie('scripts').map((inner) => around('$( ', inner, '\n)'));
  const single = fc.constantFrom<Piece[]>(piece("'a \"b'"), piece("'$(no) #'"), {
    text: "'x ${vars.v} y'",
    dead: true,
  });
  return {
    scripts: some(tie('command'), '\n'),
    command: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      some(tie('word'), ' ').map((words) => around('echo ', words, '')),
      some(tie('word'), ' ').map((words) => around('echo ', words, " # don't `$(")),
      tie('scripts').map((inner) => around('( ', inner, '\n)')),
      tie('scripts').map((inner) => around('case a in b|c) echo "no";; (a) ', inner, '\n;; esac')),
      fc
        .tuple(tie('inHeredoc'), fc.nat({ max: 1_000_000_000 }))
        .map(([inner, delimiter]) => around(`cat <<E${delimiter}\n`, inner, `\nE${delimiter}`)),
      fc.constantFrom(piece("cat <<'E F'\nit's $(\nE F"), {
        text: "cat <<'E F'\n${vars.v}\nE F",
        dead: true,
      }),
    ),
    word: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(
        piece('a'),
        piece('\\"'),
        piece("\\'"),
        piece('a#b'),
        piece('case'),
        piece('esac'),
        reference,
      ),
      single,
      tie('inDouble').map((inner) => around('"', inner, '"')),
      substitution,
      tie('word').map((inner) => around('${x:-', inner, '}')),
    ),
    inDouble: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(piece("it's"), piece('\\"'), piece('# ('), piece('\\$'), reference),
      some(tie('inDouble'), ' '),
      substitution,
      tie('inDouble').map((inner) => around('${x:-', inner, '}')),
    ),
    inHeredoc: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(piece("it's"), piece('a "b'), piece('# ('), reference),
      some(tie('inHeredoc'), '\n'),
      substitution,
    ),
  };
});

test.each([
  ["echo '${vars.v}'", 'CG1305'],
  ['awk \'{ print "${vars.v}" }\'', 'CG1305'],
  ["echo $'${vars.v}'", 'CG1305'],
  ['echo "$(echo \'${vars.v}\')"', 'CG1305'],
  ['echo "$(case x in a) echo;; b) echo \'${vars.v}\';; esac)"', 'CG1305'],
  ["cat <<'END'\n${vars.v}\nEND\n", 'CG1305'],
  ['cat <<"END"\n${vars.v}\nEND\n', 'CG1305'],
  ['cat <<\\END\n${vars.v}\nEND\n', 'CG1305'],
  ["cat <<-'END'\n\t${vars.v}\n\tEND\n", 'CG1305'],
  ['echo "${vars.v:-x}"', 'CG1306'],
  ['echo "${#vars.v}"', 'CG1306'],
  ['echo "${vars.w}"', 'CG1301'],
  ['echo "${var.v}"', 'CG1301'],
])('refuses %j', (script, code) => {
  expect(compile(script, 'V').codes).toEqual([code]);
});

test.each([
  "node -e 'console.log(`${user.name} $${price}`)'",
  'echo ${HOME} ${x:-y} ${x##*/} ${1} ${@} ${#} ${?} ${!x} ${a[0]} ${x/a/b}',
  '# ${vars.nothing}',
  "echo \\${vars.v} '$${vars.v}'",
])('leaves to the shell what is its own: %j', (script) => {
  expect(compile(script, 'V').codes).toEqual([]);
});

test('names a variable as no variable of the script is named', () => {
  const script = 'cleangrid_vars_v=mine; echo "$cleangrid_vars_v ${vars.v}"';
  expect(run('sh', script, 'V')).toBe('mine V\n');
});

test('one reference that is used twice is one variable', () => {
  expect(compile('echo ${vars.v} ${vars.v}', 'V').command).toEqual({
    kind: 'shell',
    script: 'echo ${cleangrid_vars_v} ${cleangrid_vars_v}',
    variables: { cleangrid_vars_v: ['V'] },
  });
});

test(
  'never throws, whatever the script',
  () => {
    const pieces = fc.constantFrom(
      '$',
      '{',
      '}',
      '(',
      ')',
      '((',
      "'",
      '"',
      '`',
      '\\',
      '<<',
      '<<-',
      'E',
      '\n',
      '#',
      ' ',
      'case ',
      'esac',
      '${vars.v}',
      '$${',
    );
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join('')),
        (script) => {
          expect(() => compile(script, 'V')).not.toThrow();
        },
      ),
      { numRuns: 1000 },
    );
  },
  propertyMsMax,
);

test('survives any nesting', () => {
  const heredocs = Array.from({ length: 500 }, (_, level) => `$(cat <<E${level}\n`).join('');
  for (const script of ['$('.repeat(50_000), '`"'.repeat(50_000), '${x:-'.repeat(50_000), heredocs])
    expect(() => compile(`${script}\${vars.v}`, 'V')).not.toThrow();
});
