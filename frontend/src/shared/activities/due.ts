import type { Activity } from '../../bridge';
import { age, dayLabel, dayOf, daysBetween, momentLabel, sentence } from '../format';
import { t } from '../i18n/index.svelte';
import type { Clock } from '../leads/card';

export interface DueMark {
  tone: 'over' | 'today' | 'later';
  /** "Hoje 11:00", "Qui, 26/11", "Atrasado 2 d". */
  text: string;
  /** The moment itself, where the text says only how late it is. */
  moment: string;
}

type Planned = Pick<Activity, 'due' | 'dueAt' | 'dueDay'>;

/** How a planned activity's due is shown. */
export function dueMark(activity: Planned, { now, zone }: Clock): DueMark {
  const today = dayOf(now, zone);
  const day = activity.dueAt ? dayOf(activity.dueAt, zone) : activity.dueDay;
  const moment = sentence(
    activity.dueAt ? momentLabel(activity.dueAt, zone, now) : dayLabel(day, today),
  );
  if (activity.due < now) {
    const passed = activity.dueAt
      ? age(activity.dueAt, now)
      : t('shared.age.days', { n: Math.max(1, daysBetween(day, today)) });
    return { tone: 'over', text: t('activities.next.late', { age: passed }), moment };
  }
  return { tone: day === today ? 'today' : 'later', text: moment, moment: '' };
}
