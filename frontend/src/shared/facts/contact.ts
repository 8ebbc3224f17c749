import type { ContactRow } from '../../bridge';
import { phone } from '../format';

/** What tells a contact from another of the same name: phone or e-mail, company, town. */
export function contactLine(contact: ContactRow): string {
  return [contact.phone ? phone(contact.phone) : contact.email, contact.company, contact.city]
    .filter(Boolean)
    .join(' · ');
}
