/** A CPF or CNPJ with its punctuation; anything else as it is. */
export function documentText(document: string): string {
  if (document.length === 11)
    return document.replace(/^(\w{3})(\w{3})(\w{3})(\w{2})$/, '$1.$2.$3-$4');
  if (document.length === 14)
    return document.replace(/^(\w{2})(\w{3})(\w{3})(\w{4})(\w{2})$/, '$1.$2.$3/$4-$5');
  return document;
}
