/**
 * The page where a person verifies a slip: takes the code from the address, gets what is published about it, lets verify.js judge, and
 * says what is proved. Texts are set as text, never as markup: the code comes from anyone.
 */
'use strict';

(() => {
  const operator = globalThis.kioskOperator ?? { name: '', hotline: '', timeZone: 'Asia/Shanghai', key: { kty: 'OKP', crv: 'Ed25519', x: '' } };
  const main = document.getElementById('main');
  let locale = /^zh/i.test(navigator.language) || navigator.language === '' ? 'zh-CN' : 'en';
  /** What is on the page now, and what the person gave by hand. */
  let shown = { verdict: 'nothing' };
  let opened = [];
  let latest = 0;

  const TONES = {
    published: 'good',
    notYet: 'good',
    recordNotAtHand: 'good',
    missing: 'mind',
    numberOnly: 'mind',
    notASlip: 'mind',
    noRecords: 'mind',
    cannotCheck: 'mind',
    contradicted: 'bad',
    unknownTerminal: 'bad',
    forged: 'bad',
    altered: 'bad',
    training: 'bad',
  };

  /** Stops of the line for each verdict: what is proved, in which order, and where it ends. */
  const STOPS = {
    published: [
      ['whose', 'proved'],
      ['unaltered', 'proved'],
      ['published', 'proved'],
      ['signed', 'proved'],
    ],
    notYet: [
      ['whose', 'proved'],
      ['unaltered', 'proved'],
      ['notYet', 'waiting'],
    ],
    missing: [
      ['whose', 'proved'],
      ['unaltered', 'proved'],
      ['missing', 'overdue'],
    ],
    contradicted: [
      ['whose', 'proved'],
      ['unaltered', 'proved'],
      ['contradicted', 'wrong'],
    ],
    recordNotAtHand: [
      ['whose', 'proved'],
      ['unaltered', 'proved'],
      ['recordNotAtHand', 'waiting'],
    ],
    unknownTerminal: [
      ['whoseNot', 'wrong'],
      ['unalteredUnknown', 'notProved'],
      ['publishedUnknown', 'notProved'],
    ],
    forged: [
      ['whoseNot', 'wrong'],
      ['unalteredUnknown', 'notProved'],
      ['publishedUnknown', 'notProved'],
    ],
    training: [
      ['training', 'wrong'],
      ['unalteredUnknown', 'notProved'],
      ['publishedUnknown', 'notProved'],
    ],
    altered: [
      ['altered', 'wrong'],
      ['whoseUnknown', 'notProved'],
      ['publishedUnknown', 'notProved'],
    ],
  };

  const ICONS = {
    good: 'M5 13l5 5L20 7',
    proved: 'M5 13l5 5L20 7',
    mind: 'M12 5v9M12 18.5v.5',
    overdue: 'M12 5v9M12 18.5v.5',
    bad: 'M6 6l12 12M18 6L6 18',
    wrong: 'M6 6l12 12M18 6L6 18',
    happened: 'M12 8v5l3 2M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18',
    money: 'M7 5l5 7l5-7M12 12v8M8 13h8M8 16.5h8',
    now: 'M5 12h14M13 6l6 6l-6 6',
    phone: 'M6 4h3l2 5l-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v3a2 2 0 0 1-2 2A15 15 0 0 1 4 6a2 2 0 0 1 2-2z',
  };

  // --- judging ---

  async function judge() {
    const turn = (latest += 1);
    const code = location.hash;
    if (code.length <= 1) return show({ verdict: 'nothing' });
    main.setAttribute('aria-busy', 'true');
    const finding = await find(code);
    if (turn === latest) show(finding);
  }

  async function find(code) {
    const got = await published(globalThis.kioskVerify.filesFor(code));
    try {
      return await globalThis.kioskVerify.verifySlip(code, operator.key, [...got.statements, ...opened], { complete: got.complete });
    } catch {
      return { verdict: 'cannotCheck' };
    }
  }

  /** What stands beside the page about a slip. `complete`: the operator's folder was reached and has nothing about the terminal. */
  async function published(files) {
    if (files.length === 0 || location.protocol === 'file:') return { statements: [], complete: false };
    const [terminal, ...rest] = await Promise.all(files.map((file) => fetched(`published/${file}`)));
    const bundle = terminal.missing ? await fetched('published.json') : { statements: [], missing: true };
    const statements = [terminal, ...rest, bundle].flatMap((answer) => answer.statements);
    return { statements, complete: terminal.missing && bundle.missing };
  }

  async function fetched(file) {
    try {
      const answer = await fetch(file, { cache: 'no-cache', credentials: 'omit', referrerPolicy: 'no-referrer' });
      if (answer.status === 404) return { statements: [], missing: true };
      return { statements: answer.ok ? globalThis.kioskVerify.statementsOf(await answer.text()) : [], missing: false };
    } catch {
      return { statements: [], missing: false };
    }
  }

  async function open(files) {
    const contents = await Promise.all(Array.from(files, (file) => file.text()));
    opened = [...opened, ...contents.flatMap((content) => globalThis.kioskVerify.statementsOf(content))];
    await judge();
  }

  // --- showing ---

  function show(finding) {
    shown = finding;
    const say = words();
    document.documentElement.lang = locale;
    document.title = say('page');
    document.getElementById('operator').textContent = operator.name;
    document.getElementById('place').textContent = say('page');
    const language = document.getElementById('language');
    language.textContent = say('other');
    language.lang = say('otherLanguage');
    main.replaceChildren(...(finding.verdict === 'nothing' ? [question(say)] : answer(finding, say)));
    main.dataset.verdict = finding.verdict;
    main.setAttribute('aria-busy', 'false');
  }

  function answer(finding, say) {
    const { verdict } = finding;
    return [
      element('div', { class: `verdict verdict--${TONES[verdict]}`, role: 'status' }, [
        element('span', { class: 'plate' }, [icon(TONES[verdict])]),
        element('h1', {}, [say(`verdict.${verdict}.title`)]),
      ]),
      ...(finding.slip === undefined || verdict === 'contradicted' ? [] : [amount(finding, say)]),
      ...(STOPS[verdict] === undefined ? [] : [line(finding, say)]),
      lines(finding, say),
      ...actions(finding, say),
      ...(finding.slip === undefined ? [] : [facts(finding.slip, say), details(finding, say)]),
      element('p', { class: 'small' }, [say('private')]),
      ...(finding.slip === undefined ? [] : [element('p', { class: 'small' }, [say('limits')])]),
      element('a', { class: 'again', href: '#' }, [say('again')]),
    ];
  }

  /** A case about no amount: a note is stuck in the terminal, and nobody knows its value yet. */
  function isValueUnknown({ outcome, amount }) {
    return outcome === 'case' && amount === 0;
  }

  function amount({ slip }, say) {
    const open = slip.outcome === 'voucher' || slip.outcome === 'case';
    return element('p', { class: `amount ${open ? 'amount--open' : ''}` }, [
      element('span', { class: 'amount-word' }, [say(`amount.${slip.outcome}`)]),
      element(
        'span',
        { class: 'amount-sum' },
        isValueUnknown(slip) ? [say('sumUnknown')] : [element('span', { class: 'yuan' }, ['¥']), ` ${yuan(slip.amount)}`],
      ),
    ]);
  }

  /** Whole as far as it is proved, cut where it is not. */
  function line(finding, say) {
    const stops = STOPS[finding.verdict].map(([name, state]) => {
      const word = name === 'signed' ? (finding.sealedUpTo === undefined ? 'signedOne' : 'signedBoth') : name;
      return element('li', { class: `stop stop--${state}` }, [
        element('span', { class: 'dot' }, Object.hasOwn(ICONS, state) ? [icon(state)] : []),
        element('span', { class: 'stop-text' }, [
          element('span', { class: 'stop-state' }, [say(state)]),
          say(`stop.${word}`, { terminal: unbroken(finding.slip?.terminalId ?? ''), seq: finding.slip?.seq }),
        ]),
      ]);
    });
    return element('section', {}, [element('h2', {}, [say('proofs')]), element('ol', { class: 'line' }, stops)]);
  }

  /** What happened, where the money is, what to do now. */
  function lines(finding, say) {
    const { verdict, slip, reference } = finding;
    const values = { card: slip?.cardTail, amount: slip === undefined ? undefined : yuan(slip.amount), reference: unbroken(reference ?? '') };
    const outcome = slip !== undefined && isValueUnknown(slip) ? 'noteStuck' : slip?.outcome;
    const rows = ['happened', 'money', 'now'].map((name) => {
      const own = say(`verdict.${verdict}.${name}`, values);
      const text = own !== undefined && (name !== 'now' || slip === undefined || verdict !== 'notYet' || slip.outcome === 'delivered') ? own : undefined;
      return element('div', { class: 'row' }, [
        element('dt', {}, [icon(name), element('span', { class: 'hidden' }, [say(name)])]),
        element('dd', { class: name }, [text ?? say(`outcome.${outcome}.${name}`, values)]),
      ]);
    });
    return element('dl', { class: 'lines panel' }, rows);
  }

  function actions(finding, say) {
    const { verdict, slip, needed } = finding;
    const calls = verdict !== 'notASlip' && verdict !== 'noRecords' && verdict !== 'cannotCheck' && operator.hotline !== '';
    const settled = slip?.outcome === 'delivered' && TONES[verdict] === 'good';
    return [
      ...(needed === undefined ? [] : [opener(needed, say)]),
      ...(calls && !settled && verdict !== 'unknownTerminal'
        ? [
            element('a', { class: 'button button--primary', href: `tel:${operator.hotline}` }, [
              icon('phone'),
              element('span', {}, [say('call', { hotline: operator.hotline })]),
            ]),
          ]
        : []),
    ];
  }

  function opener(needed, say) {
    const input = element('input', { type: 'file', id: 'file', class: 'hidden', accept: '.json,application/json', multiple: '' });
    input.addEventListener('change', () => void open(input.files));
    return element('div', { class: 'opener' }, [
      input,
      element('label', { class: 'button', for: 'file' }, [say('open')]),
      element('p', { class: 'small' }, [say('openNeeded', { needed })]),
    ]);
  }

  function facts(slip, say) {
    const rows = [
      ['time', localTime(slip.at * 1000)],
      ['reference', slip.reference],
      [`amount.${slip.outcome}`, isValueUnknown(slip) ? say('sumUnknown') : say('sum', { amount: yuan(slip.amount) })],
      ['card', slip.cardTail],
      ['tender', say(slip.tender === 'card' ? 'bankCard' : slip.tender)],
      ['terminal', slip.terminalId],
      ['entry', String(slip.seq)],
    ];
    return element('section', {}, [
      element('h2', {}, [say('facts')]),
      element(
        'dl',
        { class: 'facts panel' },
        rows.map(([word, value]) => pair(say(word), value)),
      ),
    ]);
  }

  function details({ slip, publishedAt, sealedUpTo }, say) {
    const rows = [
      pair(say('hash'), slip.hash, 'mono'),
      pair(say('epoch'), String(slip.epoch)),
      pair(say('publishedAt'), localTime(publishedAt)),
      ...(sealedUpTo === undefined ? [] : [pair(say('sealed'), String(sealedUpTo))]),
      pair(say('operatorKey'), operator.key.x, 'mono'),
    ];
    return element('details', {}, [element('summary', {}, [say('details')]), element('dl', { class: 'facts facts--long' }, rows)]);
  }

  function question(say) {
    const field = element('textarea', { id: 'code', rows: '4', spellcheck: 'false', autocomplete: 'off' });
    const button = element('button', { type: 'button', class: 'button button--primary' }, [say('check')]);
    button.addEventListener('click', () => {
      const code = field.value.trim().split('#').at(-1);
      if (code !== '') location.hash = code;
    });
    return element('div', { class: 'question' }, [
      element('h1', {}, [say('verdict.nothing.title')]),
      element('p', {}, [say('askHint')]),
      element('label', { for: 'code', class: 'label' }, [say('ask')]),
      field,
      button,
      element('p', { class: 'small' }, [say('private')]),
    ]);
  }

  // --- parts ---

  function pair(word, value, look = '') {
    return element('div', { class: 'fact' }, [element('dt', {}, [word]), element('dd', { class: look }, [value])]);
  }

  function icon(name) {
    const space = 'http://www.w3.org/2000/svg';
    const svg = document.createElementNS(space, 'svg');
    const path = document.createElementNS(space, 'path');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('class', 'icon');
    svg.setAttribute('aria-hidden', 'true');
    path.setAttribute('d', ICONS[name]);
    svg.append(path);
    return svg;
  }

  function element(tag, attributes, children = []) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  /** Words by their path, `undefined` where the language has none. */
  function words() {
    return (path, values = {}) => {
      const found = path.split('.').reduce((part, name) => part?.[name], globalThis.kioskWords[locale]);
      const known = { operator: operator.name, ...values };
      return typeof found === 'string' ? found.replace(/\{(\w+)\}/g, (_, name) => known[name] ?? '') : undefined;
    };
  }

  /** A number keeps together at the end of a line: word joiners beside its hyphens. */
  function unbroken(number) {
    return number.replaceAll('-', '\u2060-\u2060');
  }

  /** Fen as yuan: thin spaces from five digits on, as on the slip. */
  function yuan(fen) {
    const whole = String(Math.floor(fen / 100));
    const grouped = whole.length < 5 ? whole : whole.replace(/\B(?=(\d{3})+$)/g, '\u2009');
    return `${grouped}.${String(fen % 100).padStart(2, '0')}`;
  }

  function localTime(at) {
    const options = { timeZone: operator.timeZone, hourCycle: 'h23', dateStyle: 'short', timeStyle: 'medium' };
    return new Intl.DateTimeFormat('sv-SE', options).format(at); // `2026-11-22 08:14:32`, as on the slip
  }

  document.getElementById('language').addEventListener('click', () => {
    locale = locale === 'en' ? 'zh-CN' : 'en';
    show(shown);
  });
  globalThis.addEventListener('hashchange', () => void judge());
  void judge();
})();
