-- Partner files: who buys at the outlet store, what the campaigns cost, how callers rate the call centre.

create temp macro month_file(folder, name, tick, suffix) as folder || '/' || name || '_' || strftime(tick, '%Y-%m') || suffix;

-- The outlet store sends who is new or changed: once a month as CSV, from June 2026 every Monday as a workbook.
create temp table outlet_customer as
select
    *, 'OC' || (500000 + person_no) as outlet_id,
    rnd(person_no, 'outlet number') < 0.4 and erp_at < joined_at as knows_number,
    case when rnd(person_no, 'outlet moves') < 0.2 then moment(person_no, 'outlet moved', joined_at, getvariable('plan_end')) end as moved_at,
    case when rnd(person_no, 'outlet leaves') < 0.1 then moment(person_no, 'outlet left', joined_at, getvariable('plan_end')) end as left_at
from (
    select *, moment(person_no, 'outlet', greatest(least(contact_at, first_shop_at), getvariable('history_start')), getvariable('plan_end')) as joined_at
    from person where not is_test and coalesce(contact_at, first_shop_at) < getvariable('plan_end') and rnd(person_no, 'outlet card') < 0.08
);

create temp table outlet_version as
select
    *, tick >= timestamp '2026-06-01' as is_weekly,
    date_trunc(if(is_weekly, 'week', 'month'), tick) + if(is_weekly, to_days(7), to_months(1)) + to_minutes(200) as sent_at,
    if(is_weekly, 'customers/outlet_' || strftime(sent_at, '%Y-%m-%d') || '.xlsx', month_file('customers', 'outlet', tick, '.csv')) as file_name
from (select *, unnest(list_filter([joined_at, moved_at, left_at], x -> x <= coalesce(left_at, x))) as tick from outlet_customer)
where tick < getvariable('plan_end')
-- of two changes before one file the file holds the later
qualify row_number() over (partition by outlet_id, file_name order by tick desc) = 1;

insert into vendor.file_drops__customers by name
select
    outlet_id as outlet_customer_id, first_name, last_name, mail_variant(main_mail, person_no, 'outlet mail') as email,
    phone_variant(phone, person_no, if(tick >= moved_at, 'outlet phone again', 'outlet phone')) as phone,
    if(tick >= moved_at, pick(getvariable('cities')[country], person_no, 'outlet moved').code, place_of_living.code) as postal_code,
    if(tick >= moved_at, pick(getvariable('cities')[country], person_no, 'outlet moved').name, place_of_living.name) as city,
    country, if(knows_number and first_shop_at is not null, erp_number, null) as erp_customer_number, rnd(person_no, 'outlet objects') < 0.03 as objects_to_advertising,
    if(tick >= left_at, 'gelöscht', 'aktiv') as status, berlin_day(joined_at) as joined_on, date_trunc('second', tick) as changed_at,
    file_name, sent_at as file_modified_at, sent_at as _visible_at, false as _is_gone
from outlet_version where sent_at < getvariable('plan_end');

insert into truth.objection_versions
select outlet_id, person_id, rnd(person_no, 'outlet objects') < 0.03, date_trunc('second', tick)::timestamptz, sent_at::timestamptz, false
from outlet_version where sent_at < getvariable('plan_end');

insert into truth.record_owner
select distinct 'file_drops', 'customers', outlet_id, person_id from outlet_version where sent_at < getvariable('plan_end');

-- The agency's spend per campaign and day. From June 2026 the month's file is written anew each night; on the 12th of the next
-- month it is corrected: credited clicks lower some costs, and a few days vanish.
create temp table spend_day as
with campaign(campaign_id, campaign, channel, currency, first_day, last_day, daily_cost) as (
    values
        ('SEA-BRAND', 'Brand search', 'paid_search', 'EUR', date '2025-01-01', date '2026-12-31', 40),
        ('SEA-UK', 'Brand search UK', 'paid_search', 'GBP', date '2026-01-01', date '2026-12-31', 15),
        ('DSP-2025', 'Display prospecting', 'display', 'EUR', date '2025-09-01', date '2026-03-31', 60),
        ('SOC-MAY-26', 'A home for May', 'paid_social', 'EUR', date '2026-05-01', date '2026-05-31', 350)
), days as (
    select * exclude (first_day, last_day), unnest(generate_series(first_day, last_day, to_days(1)))::date as spent_on
    from campaign
)
select
    *, campaign_id || spent_on as draw,
    spent_on >= date '2026-06-01' as is_nightly,
    if(is_nightly, spent_on::timestamp + to_days(1), date_trunc('month', spent_on::timestamp) + to_months(1)) + to_minutes(280) as sent_at,
    date_trunc('month', spent_on::timestamp) + to_months(1) + to_days(11) + to_minutes(280) as corrected_at,
    round(daily_cost * getvariable('customers') / 2000 * (0.6 + 0.8 * rnd(draw, 'cost')), 2) as cost,
    rnd(draw, 'corrected') as correction,
    month_file('spend', 'campaigns', spent_on, if(spent_on < date '2026-01-01', '.csv', '.parquet')) as file_name
from days;

create temp table spend_version as
select *, tick > sent_at and correction < 0.02 as is_gone, if(tick > sent_at, round(cost * 0.96, 2), cost) as told_cost
from (select *, unnest(if(correction < 0.1, [sent_at, corrected_at], [sent_at])) as tick from spend_day)
where tick < getvariable('plan_end');

insert into vendor.file_drops__spend by name
select
    campaign_id, campaign, channel, spent_on, currency, told_cost as cost, floor(told_cost / 0.8)::bigint as clicks, floor(told_cost * 45)::bigint as impressions,
    file_name, tick as file_modified_at, tick as _visible_at, is_gone as _is_gone
from spend_version;

create table if not exists truth.spend_versions (
    source varchar, campaign_id varchar, channel varchar, spent_on date, currency varchar, amount_minor bigint, visible_at timestamptz, is_gone boolean
);
insert into truth.spend_versions
select 'file_drops', campaign_id, channel, spent_on, currency, round(told_cost * 100)::bigint, tick::timestamptz, is_gone from spend_version;

-- After a call the caller presses one to five. Calls of a case name it, others the number the caller typed; some neither.
create temp table call_rating as
with calls as (
    select person_no, 'ticket' || id as draw, id as ticket_id, last_solved_at as called_at, if(reopened_at is null, 0, 0.8) as annoyance
    from ticket where channel = 'voice' and deleted_at is null and last_solved_at is not null and rnd(id, 'rates the call') < 0.6
    union all
    select person_no, 'call' || person_no, null, moment(person_no, 'calls', erp_at + to_days(1), getvariable('plan_end')), 0
    from person where first_shop_at is not null and not is_test and erp_at + to_days(2) < getvariable('plan_end') and rnd(person_no, 'calls us') < 0.08
)
select
    c.*, p.person_id, p.erp_number, rnd(draw, 'says nothing') < 0.04 as is_anonymous, 'CR' || substr(digest('call rating', draw), 1, 12) as rating_id,
    least(greatest(round(4.2 + 0.5 * mood + 0.8 * gauss(draw, 'call score') - annoyance - if(near_outage(called_at), 1.2, 0)), 1), 5)::int as score,
    called_at >= timestamp '2026-06-01' as is_daily,
    date_trunc(if(is_daily, 'day', 'month'), called_at) + if(is_daily, to_days(1), to_months(1)) + to_minutes(310) as sent_at,
    -- a wrong key, put right by the supervisor
    if(rnd(draw, 'corrected') < 0.04, sent_at + to_days(3), null) as corrected_at,
    'call_ratings/ratings_' || if(is_daily, strftime(called_at, '%Y-%m-%d.jsonl'), strftime(called_at, '%Y-%m.jsonl.gz')) as file_name
from calls c join person p using (person_no)
where called_at < getvariable('plan_end');

create temp table call_rating_version as
select *, if(tick = sent_at, score, 6 - score) as told_score
from (select *, unnest(list_filter([sent_at, corrected_at], x -> x is not null)) as tick from call_rating)
where tick < getvariable('plan_end');

insert into vendor.file_drops__call_ratings by name
select
    rating_id, date_trunc('second', called_at) as called_at, 'Agent ' || (1 + floor(rnd(draw, 'call agent') * 10)::int) as agent,
    if(is_anonymous or ticket_id is not null, null, erp_number) as customer_number, if(is_anonymous, null, ticket_id::varchar) as ticket_id, told_score as score,
    case when told_score <= 2 and rnd(draw, 'call words') < 0.4 then pick(getvariable('complaints'), draw, 'call complaint') end as comment,
    file_name, tick as file_modified_at, tick as _visible_at, false as _is_gone
from call_rating_version;

insert into truth.answer_versions
select rating_id, 'call_centre', if(is_anonymous, null, person_id), 'csat', told_score, date_trunc('second', called_at)::timestamptz, tick::timestamptz
from call_rating_version;

insert into truth.record_owner
select 'file_drops', 'call_ratings', rating_id, person_id from call_rating where not is_anonymous and sent_at < getvariable('plan_end');
