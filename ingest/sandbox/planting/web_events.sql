-- Visits to the shop, which Snowplow watches, and to the magazine, which Google Analytics watches since June 2026.
-- A visitor is a cookie; only some visits tell who it is: by the customer's number after a login, by an e-mail hash at a sign-up.

create temp table web_browser (no int, agent varchar, device varchar, name varchar);
insert into web_browser values
    (1, 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36', 'Computer', 'Chrome'),
    (2, 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0', 'Computer', 'Firefox'),
    (3, 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1', 'Mobile', 'Safari'),
    (4, 'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36', 'Mobile', 'Chrome'),
    (5, 'Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1', 'Tablet', 'Safari'),
    (6, 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'Unknown', 'Googlebot'),
    (7, 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36', 'Computer', 'Headless');

-- Two people of a household may share a tablet, where neither's visits without a login can be told apart.
create temp table web_person as
select
    person_no, person_id, country, erp_number, met_at, contact_at, came_directly, met_in_campaign, rnd(group_key, 'web') < 0.14 as visits_shop, rnd(person_no, 'magazine') < 0.08 as reads_magazine,
    guid('cookie', person_no) as cookie,
    case when rnd(group_key, 'second device') >= if(household_no is null, 0.3, 0.7) then cookie when household_no is null then guid('cookie two', person_no) else guid('tablet', household_no) end as other_cookie,
    if(family_mail is null and main_mail = own_mail, sha256(lower(own_mail)), null) as mail_hash,
    case when first_shop_at is not null then erp_at end as known_at
from person where not is_test and met_at < getvariable('plan_end') and (visits_shop or reads_magazine);

create temp table web_visit as
with visits as (
    -- The visit that brings a person, with the campaign it came by; leads leave their address in it.
    select
        person_no, 'first' || person_no as visit, 'snowplow' as tool, coalesce(contact_at, met_at) as ends_at,
        2 + floor(rnd(person_no, 'first pages') * 3)::int as n, contact_at is not null and mail_hash is not null as signs_up, false as logs_in, false as has_cart, null::bigint as order_key
    from web_person where visits_shop and not came_directly
    union all
    select
        person_no, 'visit' || person_no || '/' || k, 'snowplow', moment(person_no, 'visit' || k, met_at, getvariable('plan_end')),
        1 + floor(exponential(person_no, 'pages' || k) * 2)::int, false, rnd(person_no, 'login' || k) < 0.35, rnd(person_no, 'cart' || k) < 0.15, null
    from web_person, range(6) t(k) where visits_shop and k < 0.5 + exponential(person_no, 'visits') * 1.2
    union all
    select o.person_no, 'order' || order_key, 'snowplow', ordered_at, 4 + floor(rnd(order_key, 'web pages') * 3)::int, false, true, true, order_key
    from shop_order o join web_person w using (person_no) where visits_shop and not o.is_test and rnd(order_key, 'on the web') < 0.6
    union all
    select
        person_no, 'reader' || person_no || '/' || k, 'ga4', moment(person_no, 'reads' || k, greatest(met_at, timestamp '2026-06-01'), getvariable('plan_end')),
        1 + floor(exponential(person_no, 'articles' || k) * 2)::int, mail_hash is not null and rnd(person_no, 'newsletter' || k) < 0.2, rnd(person_no, 'reader login' || k) < 0.3, false, null
    from web_person, range(4) t(k) where reads_magazine and k < 0.5 + exponential(person_no, 'readings') * 1.2
    union all
    -- Strangers, of whom one in eight is a machine.
    select null, 'stranger' || i, if(i % 3 = 0, 'ga4', 'snowplow'), moment(i, 'strays in', if(i % 3 = 0, timestamp '2026-06-01', getvariable('history_start')), getvariable('plan_end')),
        if(i % 8 = 7, 9, 1 + floor(exponential(i, 'strays') * 1.5)::int), false, false, i % 8 = 3, null
    from range((getvariable('customers') // 12)::bigint) t(i)
), known as (
    select
        v.*, w.* exclude (person_no),
        starts_with(visit, 'stranger') and v.n = 9 as is_bot,
        coalesce(logs_in and known_at < ends_at - to_minutes(2), false) as is_logged_in
    from visits v left join web_person w using (person_no)
    where v.ends_at < getvariable('plan_end') and v.ends_at > getvariable('history_start') + to_days(1)
)
select
    * replace (least(n, 12) as n),
    -- On the magazine's own domain the cookie is another one; who refuses cookies has none there.
    case when tool = 'ga4' and rnd(visit, 'no consent') < 0.06 then ''
         when person_no is null then if(tool = 'ga4', '9' || substr(digest('stray', visit), 1, 8), guid('stray', visit))
         when tool = 'ga4' then (1000000000 + person_no) || '.1743465600'
         when rnd(visit, 'device') < 0.7 or signs_up then cookie else other_cookie end as visitor,
    if(is_bot, 6 + (rnd(visit, 'bot') < 0.5)::int, 1 + floor(rnd(coalesce(person_no::varchar, visit), 'browser') * 5)::int) as browser_no,
    20 + floor(rnd(visit, 'pace') * 100) as pace,
    -- Some leave the page open and come back when the session is over.
    rnd(visit, 'pause') < 0.08 and order_key is null and n > 1 as has_pause,
    case when starts_with(visit, 'first') and met_in_campaign then 'SOC-MAY-26' when rnd(visit, 'campaign') < 0.1 then 'SEA-BRAND' end as campaign,
    'https://www.aurora-home.example/' || if(tool = 'ga4', 'magazine/', '') as site
from known;

create temp table web_event as
select
    v.*, i, visit || '/' || i as event_key,
    date_trunc('milliseconds', seconds_later(ends_at, -(n - 1 - i) * pace - if(has_pause and i = 0, 2700, 0))) as happened_at,
    case when order_key is not null and i = n - 1 then 'purchase' when signs_up and i = n - 1 then 'sign_up' when has_cart and n > 2 and i = n - 2 then 'cart'
         when is_logged_in and i = least(1, n - 1) then 'login' when i > 0 and rnd(event_key, 'ping') < 0.2 then 'ping' else 'view' end as kind,
    if(is_logged_in and i >= least(1, n - 1), erp_number, null) as user_id,
    if(mail_hash is not null and ((signs_up and i = n - 1) or (is_logged_in and i = least(1, n - 1))), mail_hash, null) as told_hash,
    site || if(i = 0, if(rnd(visit, 'lands') < 0.5, '', 'sale'), pick(['lamps', 'rugs', 'tables', 'gardens', 'offers'], event_key, 'page'))
        || if(i = 0 and campaign is not null, '?utm_source=' || if(campaign = 'SOC-MAY-26', 'instagram', 'google') || '&utm_campaign=' || campaign, '') as page,
    lpad(order_key::varchar, 8, '0') as order_no
from (select *, unnest(range(0, n))::int as i from web_visit) v;

-- Snowplow. A day's events come at 02:10 of the next (months at once before June 2026); one in a hundred was made without a
-- network and is sent days later; some are sent twice, and some lines stand in two files.
create temp table snowplow_line as
with sent as (
    select
        *, seconds_later(happened_at, if(rnd(event_key, 'offline') < 0.01, 86400 * (4 + 2 * rnd(event_key, 'how long')), 1)) as first_sent_at,
        case when rnd(event_key, 'twice') < 0.02 then 2 else 1 end as times
    from web_event where tool = 'snowplow'
), collected as (
    select *, first_sent_at + to_milliseconds(400 + 3000 * again) as collected_at, again
    from (select *, unnest(range(0, times)) as again from sent)
), filed as (
    select *, date_trunc(if(is_daily, 'day', 'month'), collected_at) + if(is_daily, to_days(1), to_months(1)) + to_minutes(130) + to_days(copy) as filed_at
    from (select *, collected_at >= timestamp '2026-06-01' as is_daily, unnest(range(0, 1 + (rnd(event_key, 'copied') < 0.01 and collected_at >= timestamp '2026-06-01')::int)) as copy from collected)
)
select
    *, 'snowplow/run=' || strftime(filed_at, '%Y-%m-%d-%H-%M-%S') || '/part-00000'
        || case when not is_daily then '.tsv.gz' when day(filed_at) % 7 = 0 then '.jsonl' else '.tsv' end as file_name
from filed where filed_at < getvariable('plan_end');

insert into vendor.web_events__snowplow_events by name
select
    guid('web', event_key) as event_id, digest('print', event_key) as event_fingerprint, 'aurora-shop' as app_id, 'web' as platform,
    case kind when 'ping' then 'page_ping' when 'view' then 'page_view' when 'purchase' then 'transaction' when 'cart' then 'unstruct' else 'struct' end as event,
    case kind when 'ping' then 'page_ping' when 'view' then 'page_view' when 'purchase' then 'transaction' when 'cart' then 'snowplow_ecommerce_action' else 'event' end as event_name,
    collected_at as collector_tstamp, happened_at as dvce_created_tstamp, first_sent_at + to_milliseconds(3000 * again) as dvce_sent_tstamp,
    happened_at + to_milliseconds(400) as derived_tstamp,
    user_id, visitor as domain_userid, 1 as domain_sessionidx, page as page_url, if(i = 0, if(campaign is null, null, 'https://www.google.com/'), site) as page_referrer,
    case when i > 0 then 'internal' when campaign is not null then 'search' end as refr_medium,
    if(i = 0 and campaign is not null, if(campaign = 'SOC-MAY-26', 'paid_social', 'paid_search'), null) as mkt_medium,
    if(i = 0 and campaign is not null, if(campaign = 'SOC-MAY-26', 'instagram', 'google'), null) as mkt_source, if(i = 0, campaign, null) as mkt_campaign,
    if(kind in ('login', 'sign_up'), 'account', null) as se_category, if(kind in ('login', 'sign_up'), kind, null) as se_action, null as se_label,
    if(kind = 'purchase', 'WEB-' || order_no, null) as tr_orderid, if(kind = 'purchase', 10 + floor(rnd(event_key, 'worth') * 200), null) as tr_total,
    if(kind = 'cart', '{"schema":"iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0","data":{"schema":"iglu:com.snowplowanalytics.snowplow.ecommerce/snowplow_ecommerce_action/jsonschema/1-0-2","data":{"type":"add_to_cart"}}}', null) as unstruct_event,
    '{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1","data":[{"schema":"iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-0","data":{"id":"' || guid('page', event_key) || '"}}'
        || if(told_hash is null, '', ',{"schema":"iglu:example.aurora-home/customer/jsonschema/1-0-0","data":{"email_sha256":"' || told_hash || '"}}') || ']}' as contexts,
    agent as useragent, device as dvce_type, device = 'Mobile' as dvce_ismobile, coalesce(country, 'DE') as geo_country,
    file_name, filed_at as file_modified_at, filed_at as _visible_at, false as _is_gone
from snowplow_line join web_browser on web_browser.no = browser_no
order by filed_at, file_name, event_key;

-- Google Analytics. The running day's table is written anew every hour, the day's own at 04:15; it is restated two days later:
-- some events only arrive then, some learn their campaign, a few are withdrawn. Nobody sees what stood there before the first run.
create temp table ga4_line as
with placed as (
    select
        *, strftime(berlin_day(happened_at), '%Y%m%d') as day_name, berlin_day(happened_at)::timestamp + to_days(1) + to_minutes(255) as filed_at,
        filed_at + to_days(2) as restated_at, rnd(event_key, 'restated') as restating
    from web_event where tool = 'ga4'
), versions as (
    -- Below 0.02 an event arrives late, below 0.04 only the intraday table ever holds it, below 0.08 it is withdrawn.
    select *, 'events_intraday_' as prefix, unnest([date_trunc('hour', happened_at - to_minutes(50)) + to_minutes(110), filed_at]) as tick, tick = filed_at as is_gone
    from placed where happened_at > getvariable('start') - to_days(1) and restating >= 0.02
    union all
    select *, 'events_', filed_at, false from placed where restating >= 0.04
    union all
    select *, 'events_', restated_at, restating >= 0.04 and restating < 0.08 from placed where restating < 0.12 and not restating between 0.02 and 0.04
)
select *, 'ga4/' || prefix || day_name || '.jsonl' as file_name from versions where tick < getvariable('plan_end');

insert into vendor.web_events__ga4_events by name
with told as (
    select
        *, if(i = 0 and campaign is not null and (tick = restated_at or restating > 0.12), campaign, null) as told_campaign,
        case kind when 'view' then 'page_view' when 'ping' then 'user_engagement' when 'cart' then 'add_to_cart' else kind end as event_name,
        unix(ends_at) as ga_session_id, device as device_name, name as browser_name
    from ga4_line join web_browser on web_browser.no = browser_no
)
select
    visitor as user_pseudo_id, epoch_us(happened_at) as event_timestamp, event_name, unix(ends_at) as batch_page_id, i as batch_ordering_id, 1 as batch_event_index,
    day_name as event_date, user_id, told_hash as email_sha256, ga_session_id, page as page_location, if(i = 0, null, site) as page_referrer,
    to_json(list_filter([
        {'key': 'page_location', 'value': {'string_value': page, 'int_value': null}},
        {'key': 'page_referrer', 'value': {'string_value': if(i = 0, null, site), 'int_value': null}},
        {'key': 'email_sha256', 'value': {'string_value': told_hash, 'int_value': null}},
        {'key': 'ga_session_id', 'value': {'string_value': null, 'int_value': ga_session_id::varchar}}
    ], x -> coalesce(x.value.string_value, x.value.int_value) is not null))::varchar as event_params,
    if(told_campaign is null, null, if(campaign = 'SOC-MAY-26', 'instagram', 'google')) as source, if(told_campaign is null, null, if(campaign = 'SOC-MAY-26', 'paid_social', 'cpc')) as medium,
    told_campaign as campaign, lower(case device_name when 'Computer' then 'desktop' else device_name end) as device_category, browser_name as browser,
    coalesce(country, 'Germany') as country, null as transaction_id, null as purchase_revenue, 'WEB' as platform, '3501' as stream_id,
    file_name, tick as file_modified_at, tick as _visible_at, is_gone as _is_gone
from told
order by tick, file_name, event_key;

-- The visits as they were meant; two of one visitor within half an hour are one session.
create table truth.web_visits as
select
    visit, tool, visitor, person_id, is_bot, is_logged_in, signs_up, order_no, any_value(has_pause) as has_pause,
    min(happened_at)::timestamptz as starts_at, max(happened_at)::timestamptz as ends_at, count(*) as events
from web_event group by all;

-- What the files tell of each event, by the file it stands in.
create table truth.web_event_versions as
select
    'snowplow:' || visitor as visitor, event_key, kind, is_bot, happened_at::timestamptz as happened_at, file_name, filed_at::timestamptz as visible_at, false as is_gone,
    if(i = 0 and campaign is not null, if(campaign = 'SOC-MAY-26', 'instagram', 'google'), null) as source,
    if(coalesce(user_id, told_hash) is not null, person_id, null) as person_id
from snowplow_line
union all
select
    'ga4:' || visitor, event_key, kind, is_bot, happened_at::timestamptz, file_name, tick::timestamptz, is_gone,
    if(i = 0 and campaign is not null and (tick = restated_at or restating > 0.12), if(campaign = 'SOC-MAY-26', 'instagram', 'google'), null),
    if(coalesce(user_id, told_hash) is not null, person_id, null)
from ga4_line;

insert into truth.record_owner
select distinct 'web_events', 'users', key, person_id
from web_event, lateral (values (user_id), (told_hash)) k(key) where key is not null and person_id is not null;
