import { moneyShort } from '../../shared/format';
import { session } from '../../shared/stores';

/** What was sold, as it is counted, and what it came to where that is known: "2 vendas · R$ 118.700". */
export function withSum(counted: string, cents: number): string {
  return cents ? `${counted} · ${moneyShort(cents, session.currency)}` : counted;
}
