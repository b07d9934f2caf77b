/** What a benchmark hands to `main.ts`, and how it is shown. A benchmark is a module `test/bench/NAME.ts` that exports `benchmark`. */

/** Measures something; takes as long as it takes. */
export type Benchmark = () => Promise<BenchmarkReport>;

export interface BenchmarkReport {
  /** One line of the table each; the columns are those of the first row. */
  rows: Record<string, string | number>[];
  targets: Target[];
}

export interface Target {
  name: string;
  value: number;
  unit: string;
  /** `atMost`: less is better. */
  bound: 'atMost' | 'atLeast';
  limit: number;
}

/** A value that is not a number reaches nothing. */
export function isReached({ value, bound, limit }: Target): boolean {
  return bound === 'atMost' ? value <= limit : value >= limit;
}

/** `target NAME: VALUE UNIT, to reach LIMIT: reached|missed` */
export function formatTarget(target: Target): string {
  const sign = target.bound === 'atMost' ? '≤' : '≥';
  const outcome = isReached(target) ? 'reached' : 'missed';
  return `target ${target.name}: ${formatNumber(target.value)} ${target.unit}, to reach ${sign} ${formatNumber(target.limit)}: ${outcome}`;
}

/** Columns aligned: numbers to the right, texts to the left. */
export function formatTable(rows: BenchmarkReport['rows']): string {
  const columns = Object.keys(rows[0] ?? {});
  const cells = [columns, ...rows.map((row) => columns.map((column) => formatCell(row[column])))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  const isNumber = columns.map((column) => typeof rows[0]?.[column] === 'number');
  const lines = cells.map((line) =>
    line
      .map((cell, index) =>
        isNumber[index] ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return lines.join('\n');
}

function formatCell(value: string | number | undefined): string {
  return typeof value === 'number' ? formatNumber(value) : (value ?? '');
}

/** Four significant digits: more than a benchmark can promise, enough that a miss never looks like its limit. */
function formatNumber(value: number): string {
  if (Math.abs(value) >= 1000 || Number.isInteger(value)) return String(Math.round(value));
  return String(Number(value.toPrecision(4)));
}
