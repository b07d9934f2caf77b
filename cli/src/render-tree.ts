/** A tree of spans for a terminal: a line for each with its duration, a bar that says when, and what went wrong. */

import { formatDuration } from '@cleangrid/core/duration.ts';
import { isOwnSpan } from '@cleangrid/core/trace/arrived-spans.ts';
import type { Span } from '@cleangrid/core/trace/span.ts';
import type { SpanNode } from '@cleangrid/core/trace/span-tree.ts';
import { type FoldedNode, foldTree } from './fold-tree.ts';
import { fitLine, oneLine, widthOf } from './one-line.ts';
import type { Paint, Style } from './paint.ts';
import { counted } from './scenario-words.ts';

export interface TreeStyle {
  paint: Paint;
  columns: number;
  /** About how many lines there may be. */
  linesMax: number;
  /** Whether attempts say the trace that they are. */
  withTraceIds: boolean;
}

const barColumns = 20;
const durationColumns = 8;
const nameColumnsMin = 24;

/** Bars are by the clocks of those who made the spans. */
export function renderTree(roots: readonly SpanNode[], style: TreeStyle): string[] {
  const lines = linesOf(foldTree(roots, style.linesMax), style, 0);
  const window = windowOf(lines);
  const widest = Math.max(nameColumnsMin, ...lines.map(({ name }) => widthOf(name)));
  const room = style.columns - durationColumns - barColumns - 6;
  const nameColumns = Math.max(nameColumnsMin, Math.min(widest, room));
  return lines.map((line) => {
    const name = fitLine(line.name, nameColumns);
    const padded = name + ' '.repeat(Math.max(0, nameColumns - widthOf(name)));
    const { span } = line;
    const took = (span ? formatDuration(durationMs(span)) : '').padStart(durationColumns);
    const bar = span ? barOf(span, window, style.paint) : ' '.repeat(barColumns);
    return `${padded}  ${took}  ${bar}  ${line.facts}`.trimEnd();
  });
}

interface TreeLine {
  name: string;
  /** Null: of several that are not shown. */
  span: Span | null;
  facts: string;
}

function linesOf(folded: readonly FoldedNode[], style: TreeStyle, depth: number): TreeLine[] {
  const { paint } = style;
  const indent = '  '.repeat(depth);
  return folded.flatMap((one) => {
    if (one.kind === 'more')
      return [{ name: paint.faint(`${indent}${moreText(one)}`), span: null, facts: '' }];
    const { span } = one.node;
    const line = { name: indent + nameOf(span, paint), span, facts: factsOf(span, style) };
    return [line, ...linesOf(one.children, style, depth + 1)];
  });
}

function moreText({ spanCount, nodes }: FoldedNode & { kind: 'more' }): string {
  const longestUs = nodes.reduce((longest, node) => Math.max(longest, node.durationUs), 0);
  const longest = formatDuration(longestUs / 1000);
  const below = spanCount - nodes.length;
  return `… ${nodes.length} more${below > 0 ? ` with ${below} below` : ''}, the longest ${longest}`;
}

/** Names of programs may hold anything. */
function nameOf(span: Span, paint: Paint): string {
  const name = oneLine(span.name) || '(no name)';
  if (isOwnSpan(span)) return name;
  const service = oneLine(String(span.resource['service.name'] ?? ''));
  return service === '' ? name : `${name} ${paint.faint(service)}`;
}

function factsOf(span: Span, style: TreeStyle): string {
  const { attributes, status } = span;
  const { paint, withTraceIds } = style;
  const attempt = Number(attributes['cleangrid.attempt'] ?? 1);
  const isScenario = isOwnSpan(span) && span.name.startsWith('scenario ');
  return [
    ...(status.code === 'error' ? [faultStyle(span, paint)(errorText(span))] : []),
    ...(attempt > 1 ? [paint.faint(`attempt ${attempt}`)] : []),
    ...(isScenario && withTraceIds ? [paint.faint(`trace ${span.traceId}`)] : []),
  ].join('  ');
}

/** Whose fault it was, where that was judged, and why. */
function errorText({ attributes, status }: Span): string {
  const type = oneLine(String(attributes['error.type'] ?? status.message)) || 'error';
  const outcome = attributes['cleangrid.outcome'];
  return outcome === undefined ? type : `${oneLine(String(outcome))} (${type})`;
}

function faultStyle({ attributes }: Span, paint: Paint): Style {
  return attributes['cleangrid.outcome'] === 'broken' ? paint.broken : paint.failed;
}

interface Window {
  startUs: number;
  endUs: number;
}

function windowOf(lines: readonly TreeLine[]): Window {
  const spans = lines.flatMap(({ span }) => span ?? []);
  return {
    startUs: Math.min(...spans.map(({ startUs }) => startUs)),
    endUs: Math.max(...spans.map(({ endUs }) => endUs)),
  };
}

/** At least one mark, also for what took no time. Clocks of other hosts may point beyond the window. */
function barOf(span: Span, { startUs, endUs }: Window, paint: Paint): string {
  const columnUs = Math.max(1, (endUs - startUs) / barColumns);
  const clamp = (column: number, max: number): number => Math.min(max, Math.max(0, column));
  const from = clamp(Math.floor((span.startUs - startUs) / columnUs), barColumns - 1);
  const to = clamp(Math.ceil((span.endUs - startUs) / columnUs), barColumns);
  const length = Math.max(1, to - from);
  const bar = `${' '.repeat(from)}${'━'.repeat(length)}`.padEnd(barColumns);
  return span.status.code === 'error' ? faultStyle(span, paint)(bar) : paint.faint(bar);
}

function durationMs({ startUs, endUs }: Span): number {
  return Math.max(0, endUs - startUs) / 1000;
}

/** What of the run's spans is not in its tree. */
export function lossText(root: Span | undefined, paint: Paint): string[] {
  const dropped = Number(root?.attributes['cleangrid.spans.dropped'] ?? 0);
  return dropped > 0
    ? [paint.skipped(`${counted(dropped, 'span')} of the run were dropped or refused.`)]
    : [];
}
