/** The page: loads its font, puts language, theme, queries and address together, and draws. */
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import '@fontsource-variable/noto-sans-mono/index.css';
import '@fontsource-variable/noto-sans-sc/index.css';
import './without-eval.ts';
import { createQueries } from './api/queries.ts';
import { App } from './app.tsx';
import { PreferencesProvider } from './preferences.tsx';
import { watchPresence } from './presence.ts';
import './theme/tokens.css';
import './theme/base.css';
import './theme/frame.css';
import './theme/pages.css';
import './theme/desk.css';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');

const queries = createQueries(() => void queries.resetQueries({ queryKey: ['session'] }));
watchPresence();

createRoot(root).render(
  <StrictMode>
    <PreferencesProvider>
      <QueryClientProvider client={queries}>
        <Router base="/console">
          <App />
        </Router>
      </QueryClientProvider>
    </PreferencesProvider>
  </StrictMode>,
);
