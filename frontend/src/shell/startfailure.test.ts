import { mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Failure } from '../bridge';
import { useLanguage } from '../shared/i18n/index.svelte';
import StartFailure from './StartFailure.svelte';

let page: ReturnType<typeof mount>;

beforeEach(() => useLanguage('pt-BR'));
afterEach(() => {
  void unmount(page);
  delete window.go;
});

function show(failure: Failure): string {
  page = mount(StartFailure, { target: document.body, props: { failure } });
  return document.body.textContent ?? '';
}

const button = (name: string) =>
  [...document.querySelectorAll('button')].find((one) => one.textContent?.includes(name));

test.each([
  ['locked', 'O Pátio já está aberto', 'barra de tarefas'],
  ['read_only', 'não deixa gravar', 'só permite leitura'],
  ['disk_full', 'Falta espaço', 'Libere espaço'],
  ['database.too_new', 'antigo', 'Atualize'],
  ['database.corrupt', 'danificados', 'snapshots'],
  ['folder.network', 'rede', 'deste computador'],
])('%s says what happened and what to do', (code, title, todo) => {
  const text = show(new Failure(code, { params: { folder: 'C:\\Dados' } }));
  expect(text).toContain(title);
  expect(text).toContain(todo);
  expect(text).toContain('Seus dados não foram mudados');
  expect(text).toContain('C:\\Dados');
});

test('a failure without a title of its own has the general one', () => {
  expect(show(new Failure('internal'))).toContain('não conseguiu abrir');
});

test('one tries again; the window can be closed, too', () => {
  const reload = vi.spyOn(location, 'reload').mockImplementation(() => {});
  show(new Failure('locked'));
  expect(button('Fechar o Pátio')).toBeUndefined();
  button('Tentar de novo')!.click();
  expect(reload).toHaveBeenCalledOnce();
  void unmount(page);
  const gate = vi.fn(async () => undefined);
  window.go = { bind: { Gate: { Call: gate } } };
  show(new Failure('locked'));
  button('Tentar de novo')!.click();
  expect(reload).toHaveBeenCalledTimes(2);
  button('Fechar o Pátio')!.click();
  expect(gate).toHaveBeenCalledWith('Native', 'Quit', []);
  reload.mockRestore();
});
