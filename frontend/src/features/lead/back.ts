import { router } from '../../shared/router';

/** Where somebody goes who came to a lead by its address alone. */
const HOME = '/list';

/** Goes to where the lead was opened from. */
export function goBack(): void {
  if (router.canGoBack) router.back();
  else router.go(HOME, { replace: true });
}
