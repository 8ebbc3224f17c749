import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { useTransport, type Card } from '../../bridge';
import { useLanguage } from '../../shared/i18n/index.svelte';
import { noteOpened, recentLeads } from './recent';
import { leadSearch, matched, noteSearch } from './search';

const card = (fields: Partial<Card> = {}) =>
  ({
    id: 'l',
    name: 'Patrícia Assunção',
    vehicle: 'Jeep Compass',
    phone: '+5511985270593',
    email: 'patricia@uol.com.br',
    plate: 'ABC1234',
    company: 'Auto Norte',
    archivedAt: 0,
    ...fields,
  }) as Card;

beforeAll(() => useLanguage('pt-BR'));

describe('the field that matched is shown', () => {
  test.each([
    ['name', 'patricia', ''],
    ['phone', '98527', '(11) 98527-0593'],
    ['phone', '3234', 'Telefone'],
    ['email', 'patricia@', 'patricia@uol.com.br'],
    ['email', 'outro@', 'E-mail'],
    ['plate', 'abc', 'ABC-1234'],
    ['company', 'norte', 'Auto Norte'],
    ['document', '529', 'CPF/CNPJ'],
  ])('%s for %s', (field, query, text) => {
    expect(matched({ card: card(), field }, query)).toBe(text);
  });
});

describe('the palette’s leads', () => {
  const asked: unknown[] = [];
  let pending = 0;
  const snippet = [
    { text: 'quer ', found: false },
    { text: 'trocar', found: true },
  ];
  const note = {
    card: card({ archivedAt: 1 }),
    activityId: 'a',
    kind: 'call',
    at: Date.now(),
    snippet,
  };

  beforeEach(() => {
    asked.length = 0;
    useTransport(async (_, method, args) => {
      asked.push([method, ...args]);
      return method === 'Find'
        ? { hits: [{ card: card({ archivedAt: 1 }), field: 'phone' }], pending }
        : method === 'Notes'
          ? { hits: [note], pending }
          : method === 'Cards'
            ? [card()]
            : undefined;
    });
  });

  test('say who, what matched, what about and where', async () => {
    const [hit] = await leadSearch.find('98527', 50);
    expect(hit).toMatchObject({
      id: 'l',
      title: 'Patrícia Assunção',
      subtitle: '(11) 98527-0593 · Jeep Compass · Arquivado',
    });
  });

  test('say that an import is not searched through yet, as long as it is not', async () => {
    pending = 1200;
    await leadSearch.find('x', 50);
    expect(leadSearch.note?.()).toContain('1.200 leads');
    pending = 0;
    await leadSearch.find('x', 50);
    expect(leadSearch.note?.()).toBeUndefined();
  });

  test('are followed by what was written of leads, with what was looked for', async () => {
    pending = 40;
    const [hit] = await noteSearch.find('trocar', 50);
    expect(asked.at(-1)).toEqual(['Notes', 'trocar', 8]);
    expect(hit).toMatchObject({
      id: 'a',
      title: 'Patrícia Assunção',
      subtitle: 'Ligação · hoje · Arquivado',
      snippet,
    });
    expect(noteSearch.note?.()).toContain('40 atividades');
    pending = 0;
    await noteSearch.find('trocar', 50);
    expect(noteSearch.note?.()).toBeUndefined();
  });

  test('are those opened last before anything is typed, the latest first', async () => {
    for (const id of ['a', 'b', 'a', 'c']) noteOpened(id);
    expect(recentLeads()).toEqual(['c', 'a', 'b']);
    await leadSearch.recent?.find(2);
    expect(asked.at(-1)).toEqual(['Cards', ['c', 'a']]);
  });
});
