import './app.css';
import './shell/strings';
import { mount } from 'svelte';
import { takeFirst, toFailure } from './bridge';
import { nearestLanguage, useLanguage } from './shared/i18n/index.svelte';
import { appearance, deviceLanguage, loadDevice, session } from './shared/stores';
import App from './shell/App.svelte';
import { openFirst } from './shell/features';
import StartFailure from './shell/StartFailure.svelte';

const target = document.getElementById('app')!;

async function start(): Promise<void> {
  try {
    takeFirst();
    await Promise.all([loadDevice(), session.load()]);
    appearance.restore();
    await Promise.all([useLanguage(deviceLanguage(session.state)), openFirst()]);
    mount(App, { target });
  } catch (thrown) {
    await useLanguage(nearestLanguage(navigator.language));
    mount(StartFailure, { target, props: { failure: toFailure(thrown) } });
  }
}

void start();
