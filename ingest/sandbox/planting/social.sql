-- Brandwatch: what is said in public about us and two competitors; late finds, corrected sentiment, reposts that disappear.

insert into vendor.brandwatch__projects by name
select 7001 as id, 'Aurora Home' as name, 'Brand listening' as description, 'Europe/Berlin' as timezone, getvariable('history_start') as _visible_at, false as _is_gone;

insert into vendor.brandwatch__queries by name
select
    8001 + i as id, 7001 as project_id, ['Aurora Home', 'Nordlicht', 'Casa Viva'][i + 1] as name, 'monitor' as type,
    getvariable('history_start') as created_at, getvariable('history_start') as modified_at, getvariable('history_start') as _visible_at, false as _is_gone
from range(3) t(i);

create temp table post as
with said as (
    -- Our own people under their handles, when they are clients or about to be.
    select 'p' || person_no || '-' || k as draw, person_no, 8001 as query_id, moment(person_no, 'post' || k, contact_at, getvariable('plan_end')) as posted_at,
        lower(ltrim(handle, '@')) as author, first_name || ' ' || last_name as full_name, mood, person_id
    from person, range(3) t(k) where handle is not null and k < floor(exponential(person_no, 'posts') * 1.4) and contact_at < getvariable('plan_end')
    union all
    -- Strangers about us and the others.
    select
        's' || i, null, case when rnd(i, 'brand') < 0.42 then 8001 when rnd(i, 'brand') < 0.75 then 8002 else 8003 end,
        moment(i, 'stranger', getvariable('history_start'), getvariable('plan_end')),
        if(rnd(i, 'nameless') < 0.08, null, 'visitor_' || i % (1 + getvariable('customers') // 3)), null, gauss(i, 'stranger mood'), null
    from range((getvariable('customers') * 1.1)::bigint) t(i)
    union all
    -- The outage week.
    select 'o' || i, null, 8001, moment(i, 'angry', timestamp '2026-03-09 06:00', timestamp '2026-03-16'), 'visitor_' || i, null, -3, null
    from range((getvariable('customers') * 0.03)::bigint) t(i)
), drawn as (
    select
        *,
        'm' || draw as resource_id,
        mood + gauss(draw, 'tone') - if(near_outage(posted_at) and query_id = 8001, 1.2, 0) as tone,
        rnd(draw, 'repost') < 0.12 as is_repost,
        pick(getvariable('page_types'), draw, 'page') as page_type,
        floor(50 + exp(5.5 + 1.4 * gauss(draw, 'reach')))::bigint as reach,
        -- One in twelve is found days or weeks after it was posted.
        if(rnd(draw, 'late') < 0.08, days_later(posted_at, 2 + 38 * rnd(draw, 'found')), seconds_later(posted_at, 60 + 5400 * rnd(draw, 'found'))) as added_at
    from said
)
select
    *,
    case when tone > 0.5 then 'positive' when tone < -0.6 then 'negative' else 'neutral' end as true_sentiment,
    if(rnd(draw, 'unscored') < 0.04, null, true_sentiment) as first_sentiment,
    if(rnd(draw, 'corrected') < 0.08, days_later(added_at, 0.2 + 12 * rnd(draw, 'corrected at')), null) as corrected_at,
    if(is_repost and rnd(draw, 'removed') < 0.25, days_later(added_at, 1 + 60 * rnd(draw, 'removed at')), null) as removed_at
from drawn where added_at < getvariable('plan_end');

create temp table post_version as
select
    p.* exclude (query_id), m.query_id,
    case when tick >= corrected_at then if(first_sentiment = 'negative', 'neutral', 'negative') else first_sentiment end as sentiment,
    coalesce(tick >= removed_at, false) as is_gone,
    (reach * 0.02 * rnd(draw, 'likes') * if(tick >= corrected_at, 1.5, 1))::bigint as likes,
    if(page_type = 'news', null, (reach * 0.006 * rnd(draw, 'shares'))::bigint) as shares,
    (reach * 0.004 * rnd(draw, 'comments'))::bigint as comments
from (select *, unnest(list_filter([added_at, corrected_at, removed_at], x -> x is not null and x <= coalesce(removed_at, x))) as tick from post) p
-- Some posts compare brands and are found by two queries.
join (select draw as other_draw, unnest(if(rnd(draw, 'compares') < 0.03, [query_id, if(query_id = 8001, 8002, 8001)], [query_id])) as query_id from post) m
    on m.other_draw = p.draw
where tick < getvariable('plan_end');

insert into vendor.brandwatch__mentions by name
select
    resource_id, query_id, ['Aurora Home', 'Nordlicht', 'Casa Viva'][query_id - 8000] as query_name, author, full_name,
    if(page_type in ('news', 'blog'), 'About ' || ['Aurora Home', 'Nordlicht', 'Casa Viva'][query_id - 8000], null) as title,
    case true_sentiment when 'positive' then pick(getvariable('praise'), draw, 'words') when 'negative' then pick(getvariable('complaints'), draw, 'words')
        else pick(getvariable('shrugs'), draw, 'words') end as snippet,
    'https://' || page_type || '.example/' || resource_id as url, page_type || '.example' as domain, page_type, 'en' as language, 'DE' as country_code,
    sentiment, reach as reach_estimate, round(10 * ln(reach), 3) as impact, reach * 2 as impressions, likes, shares, comments,
    null as reply_to, if(is_repost, 'https://' || page_type || '.example/original', null) as repost_of, null as thread_id, false as starred,
    '[]' as categories, '[]' as tags, posted_at, added_at, tick as updated_at, tick as _visible_at, is_gone as _is_gone
from post_version;

create table truth.post_versions as
select resource_id, query_id, page_type as network, posted_at::timestamptz as posted_at, sentiment, reach, likes + coalesce(shares, 0) + comments as engagements, is_repost,
    tick::timestamptz as visible_at, is_gone
from post_version;

insert into truth.record_owner
select distinct 'brandwatch', 'mentions', resource_id || '/' || query_id, person_id from post_version where person_id is not null;
