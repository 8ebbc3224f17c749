import type { AgendaEntry } from '../../bridge';
import { kindName } from '../../shared/activities/kinds';
import { dayLabel, momentLabel, sentence } from '../../shared/format';
import { session } from '../../shared/stores';

/** What a reminder says: "Ligar para fechar: Patrícia Assunção" · "Hoje 15:00 · Jeep Compass". */
export function words(entry: AgendaEntry): { title: string; about: string } {
  const { now, zone, today } = session;
  const when = entry.dueAt ? momentLabel(entry.dueAt, zone, now) : dayLabel(entry.dueDay, today);
  return {
    title: `${entry.title || kindName(entry.kind)}: ${entry.name}`,
    about: [sentence(when), entry.vehicle || entry.subject].filter(Boolean).join(' · '),
  };
}
