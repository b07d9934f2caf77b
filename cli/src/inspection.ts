/** What `doctor` found out about this machine. */

export type Inspection = Finding[];

export interface Finding {
  level: 'ok' | 'warning' | 'problem';
  /** What was looked at: `Docker`, `disk` … */
  subject: string;
  /** What was found, one line. */
  message: string;
  /** What to do about it; null when nothing need be done. */
  remedy: string | null;
}
