-- Letters on paper: few people write them, most name their customer number. Some send one twice, some are misfiled, some lines are corrected.
-- As for the mailbox only the first people write. A letter is in the index on the day it came, in the forenoon.

create temp table letter as
with wishes as (
    select
        *, person_no || '/' || k as draw, whole_second(moment(person_no, 'letter' || k, days_later(buys_at, 10), getvariable('plan_end') - to_days(2))) as written_at
    from person, range(2) t(k)
    where buys and not is_test and person_no < 20000 and days_later(buys_at, 14) < getvariable('plan_end') and rnd(person_no, 'letter' || k) < if(first_shop_at is null, 0.02, if(k = 0, 0.14, 0.03))
    union all
    -- The first days of the demo bring a few more, however small the company.
    select *, person_no || '/9', whole_second(moment(person_no, 'early letter', getvariable('start') - to_days(2), getvariable('start') + to_days(1)))
    from person, range(9, 10) t(k) where buys and not is_test and buys_at < timestamp '2026-05-01' and first_shop_at is not null and person_no < 400 and rnd(person_no, 'early letter') < 0.06
), came as (
    select *, false as is_repeat, berlin_day(written_at) + 2 as received_on from wishes
    union all
    -- No answer came, so the same letter once more.
    select *, true, berlin_day(written_at) + 20 + floor(rnd(draw, 'again') * 20)::int from wishes where rnd(draw, 'sends again') < 0.1
), numbered as (
    select
        * replace (received_on::date as received_on), row_number() over (order by received_on, draw, is_repeat) as letter_no, received_on::timestamp + to_hours(9) as scanned_at,
        first_shop_at is not null and erp_at < written_at and rnd(draw, 'letter number') < 0.92 as has_number
    from came where received_on::timestamp + to_hours(9) < getvariable('plan_end')
)
select
    *, 'L' || lpad(letter_no::varchar, 6, '0') as letter_id,
    -- All names are in Latin letters, so the fonts that every PDF reader has suffice.
    if(rnd(letter_no, 'printed') < 0.12, 'pdf', 'txt') as kind,
    year(received_on) || '/' || letter_id || '.' || kind as file_name,
    if(rnd(draw, 'form of name') < 0.2, last_name || ', ' || first_name, first_name || ' ' || last_name) as sender_name,
    street || ', ' || place_of_living.code || ' ' || place_of_living.name as address,
    case when rnd(letter_no, 'corrected') < 0.06 then seconds_later(scanned_at, 90000 + 300000 * rnd(letter_no, 'corrected at')) end as corrected_at,
    case when rnd(letter_no, 'misfiled') < 0.03 then days_later(scanned_at, 3 + 9 * rnd(letter_no, 'misfiled at')) end as withdrawn_at,
    rnd(draw, 'letter mood') < least(greatest(0.45 - 0.1 * mood + if(near_outage(written_at), 0.4, 0), 0.05), 0.95) as is_unhappy,
    if(country in ('DE', 'AT'), 'Sehr geehrte Damen und Herren,', 'Dear Sir or Madam,') || chr(10) || chr(10)
        || if(country in ('DE', 'AT'), 'ich schreibe Ihnen wegen meiner letzten Bestellung.', 'I am writing about my last order.') || chr(10)
        || if(is_unhappy, pick(getvariable('complaints'), draw, 'letter complaint'), pick(getvariable('praise'), draw, 'letter praise')) || chr(10)
        || if(is_unhappy and rnd(draw, 'letter asks') < 0.6, if(country in ('DE', 'AT'), 'Ich bitte um eine Antwort.', 'I ask for an answer.') || chr(10), '') || chr(10)
        || if(country in ('DE', 'AT'), 'Hochachtungsvoll', 'Yours faithfully') || chr(10) || first_name || ' ' || last_name as text
from numbered;

insert into vendor.letters__letters by name
select
    letter_id, received_on, sender_name,
    if(corrected_at is null or tick >= corrected_at, address, replace(address, 'e', '')) as address,
    if(has_number, erp_number, '') as customer_number, file_name, text, if(kind = 'pdf', 1, null) as pages, false as is_truncated,
    if(coalesce(tick >= corrected_at, false), 2, 1) as index_lines, tick as _visible_at, coalesce(tick >= withdrawn_at, false) as _is_gone
from (
    select *, unnest(list_filter([scanned_at, corrected_at, withdrawn_at], x -> x <= coalesce(withdrawn_at, x))) as tick from letter
)
where tick < getvariable('plan_end');

insert into truth.record_owner
select 'letters', 'letters', letter_id, person_id from letter where has_number;
