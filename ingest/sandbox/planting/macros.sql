-- Chance, time and spelling. All chance comes from hash(seed, id, salt): no draw depends on threads, row order or another draw.

create temp macro rnd(id, salt) as (hash(hash(id, salt, getvariable('seed'))) >> 11)::double / 9007199254740992.0;
create temp macro pick(words, id, salt) as words[1 + floor(rnd(id, salt) * len(words))::int];
create temp macro gauss(id, salt) as sqrt(-2 * ln(1 - rnd(id, salt))) * cos(2 * pi() * rnd(id, salt || '~'));
create temp macro exponential(id, salt) as -ln(1 - rnd(id, salt));

create temp macro seconds_later(tick, seconds) as tick + to_seconds(floor(seconds)::bigint);
create temp macro days_later(tick, days) as tick + to_milliseconds(floor((days) * 86400000::double)::bigint);
create temp macro moment(id, salt, since, until) as
    since + to_milliseconds(floor(rnd(id, salt) * greatest(epoch_ms(until) - epoch_ms(since), 1))::bigint);
create temp macro whole_second(tick) as date_trunc('second', tick);
create temp macro berlin_day(tick) as ((tick at time zone 'UTC') at time zone 'Europe/Berlin')::date;
create temp macro berlin_midnight(day) as (day::timestamp at time zone 'Europe/Berlin') at time zone 'UTC';
create temp macro unix(tick) as (epoch_ms(tick) // 1000);

create temp macro digest(kind, no) as md5(concat_ws(':', kind, no, getvariable('seed')));
create temp macro guid(kind, no) as (digest(kind, no)::uuid)::varchar;
create temp macro stripe_id(kind, no) as kind || '_' || substr(digest(kind, no), 1, 18);

-- Spellings of one mailbox that a tolerant reader takes for the same: case and +tag.
create temp macro mail_variant(mail, id, salt) as case
    when mail is null then null
    when rnd(id, salt) < 0.72 then mail
    when rnd(id, salt) < 0.84 then upper(mail[1]) || mail[2:]
    when rnd(id, salt) < 0.88 then upper(mail)
    else replace(mail, '@', pick(['+shop', '+aurora', '+home'], id, salt || 'tag') || '@')
end;
-- A slip of the keys: the second letter is lost. Never another person's mailbox, since the number in it stays.
create temp macro mail_typo(mail) as mail[1] || mail[3:];
create temp macro mail_part(word) as replace(replace(strip_accents(replace(replace(replace(replace(
    lower(word), 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'), 'ß', 'ss')), ' ', ''), '''', '');

-- Spellings of one phone number. `phone` is {country, trunk, area, line}; only the first two spellings need no country beside them.
create temp macro phone_abroad(phone, id, salt) as case
    when phone is null then null
    when rnd(id, salt) < 0.45 then '+' || phone.country || ' ' || phone.area || ' ' || phone.line
    when rnd(id, salt) < 0.65 then '+' || phone.country || ' ' || phone.area || ' ' || phone.line[:-3] || '-' || phone.line[-2:]
    when rnd(id, salt) < 0.8 or phone.country = '1' then '+' || phone.country || phone.area || phone.line
    else '00' || phone.country || ' ' || phone.area || ' ' || phone.line
end;
create temp macro phone_variant(phone, id, salt) as case
    when phone is null then null
    when rnd(id, salt) < 0.5 then phone_abroad(phone, id, salt || 'a')
    when phone.country = '1' then '(' || phone.area || ') ' || phone.line[1:3] || '-' || phone.line[4:]
    when rnd(id, salt) < 0.75 then phone.trunk || phone.area || '/' || phone.line
    when rnd(id, salt) < 0.9 then '(' || phone.trunk || phone.area || ') ' || phone.line
    else phone.trunk || phone.area || ' ' || phone.line
end;

-- The outage story: its week, and whether an instant falls into it or its aftermath.
create temp macro in_outage(tick) as tick >= timestamp '2026-03-09' and tick < timestamp '2026-03-16';
create temp macro near_outage(tick) as tick >= timestamp '2026-03-09' and tick < timestamp '2026-03-30';
