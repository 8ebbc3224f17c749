import '../app.css';
import '../shell/strings';
import { mount } from 'svelte';
import { useTransport } from '../bridge';
import { LANGUAGES, useLanguage } from '../shared/i18n/index.svelte';
import { appearance, DENSITIES, THEMES } from '../shared/stores';
import Gallery from './Gallery.svelte';

// ?theme=dark&lang=en&density=compact&text=150
// No program stands behind this page.
useTransport(async () => undefined);
const asked = new URLSearchParams(location.search);
appearance.restore();
appearance.setTheme(THEMES.find((theme) => theme === asked.get('theme')) ?? 'light');
appearance.setDensity(
  DENSITIES.find((density) => density === asked.get('density')) ?? 'comfortable',
);
appearance.setTextSize(Number(asked.get('text') ?? 100));
await useLanguage(LANGUAGES.find((language) => language === asked.get('lang')) ?? 'pt-BR');
mount(Gallery, { target: document.getElementById('app')! });
