-- Sprout Social: what people write to our three profiles in public and in private, what we post there ourselves, and how that
-- does. Handles are those of X; on other networks only strangers write. Sentiment and counts keep moving for a while.

insert into vendor.sprout_social__clients by name
select 687001 as id, 'Aurora Home' as name, getvariable('history_start') as _visible_at, false as _is_gone;

create temp table sprout_profile as
select
    9100 + no as id, ['twitter', 'fb_instagram_account', 'facebook'][no] as network_type, ['TWITTER', 'INSTAGRAM', 'FACEBOOK'][no] as network,
    ['tw', 'ig', 'fb'][no] || ':88000' || no as profile_guid
from range(1, 4) t(no);

insert into vendor.sprout_social__profiles by name
select
    id, 687001 as customer_id, 6801 as group_id, network_type as network, 'Aurora Home' as name,
    if(id = 9101 and tick > getvariable('start'), 'AuroraHomeEU', 'AuroraHome') as native_name, split_part(profile_guid, ':', 2) as native_id,
    'https://' || lower(network) || '.example/aurorahome' as link, '[6801]' as groups, tick as _visible_at, false as _is_gone
from sprout_profile cross join (values (getvariable('history_start')), (getvariable('start') + to_days(6))) t(tick);

create temp table sprout_message as
with said as (
    -- Our own people, on X, under the handle the CRM knows.
    select
        'p' || person_no || '-' || k as draw, person_no, 9101 as profile_id, moment(person_no, 'sprout' || k, contact_at, getvariable('plan_end')) as written_at,
        ltrim(handle, '@') as screen_name, first_name || ' ' || last_name as full_name, mood, person_id,
        if(rnd(person_no, 'sprout kind' || k) < 0.5, 'mention', 'private') as kind
    from person, range(3) t(k)
    where handle is not null and not is_test and contact_at < getvariable('plan_end') and k < floor(exponential(person_no, 'sprouts') * 1.2)
    union all
    select
        's' || i, null, 9101 + (hash(i, 'sprout profile', getvariable('seed')) % 3)::int, moment(i, 'sprout stranger', getvariable('history_start'), getvariable('plan_end')),
        'follower_' || i % (1 + getvariable('customers') // 5), null, gauss(i, 'sprout mood'), null,
        case when rnd(i, 'sprout kind') < 0.35 then 'mention' when rnd(i, 'sprout kind') < 0.47 then 'repost' when rnd(i, 'sprout kind') < 0.85 then 'comment' else 'private' end
    from range((getvariable('customers') * 0.25)::bigint) t(i)
    union all
    -- The outage week.
    select
        'o' || i, null, 9101, moment(i, 'sprout angry', timestamp '2026-03-09 06:00', timestamp '2026-03-16'), 'follower_x' || i, null, -3, null, 'mention'
    from range((getvariable('customers') * 0.02)::bigint) t(i)
), drawn as (
    select
        said.*, network, profile_guid, whole_second(written_at) as created_at, mood + gauss(draw, 'sprout tone') - if(near_outage(written_at), 1.2, 0) as tone,
        if(rnd(draw, 'sprout late') < 0.04, days_later(written_at, 1 + 4 * rnd(draw, 'sprout found')), seconds_later(written_at, 60 + 3000 * rnd(draw, 'sprout found'))) as found_at
    from said join sprout_profile on id = profile_id
)
select
    *,
    (hash('sprout', draw, getvariable('seed')) >> 2)::varchar as guid,
    case when tone > 0.5 then 'POSITIVE' when tone < -0.6 then 'NEGATIVE' else 'NEUTRAL' end as first_sentiment,
    rnd(draw, 'sprout unscored') < 0.05 as is_unscored,
    if(rnd(draw, 'sprout corrected') < 0.08, days_later(found_at, 0.2 + 6 * rnd(draw, 'sprout corrected at')), null) as corrected_at,
    if(kind <> 'repost' and rnd(draw, 'sprout answered') < 0.55, seconds_later(found_at, 300 + 90000 * rnd(draw, 'sprout answered at')), null) as replied_at,
    -- Only what no figure counts is taken back.
    if(kind in ('repost', 'private') and rnd(draw, 'sprout removed') < 0.15, days_later(found_at, 1 + 40 * rnd(draw, 'sprout removed at')), null) as removed_at
from drawn where found_at < getvariable('plan_end');

create temp table sprout_message_version as
select
    *,
    case when is_unscored and not coalesce(tick >= corrected_at, false) then 'UNCLASSIFIED'
         when tick >= corrected_at then if(first_sentiment = 'NEGATIVE', 'NEUTRAL', 'NEGATIVE') else first_sentiment end as sentiment,
    coalesce(tick >= removed_at, false) as is_gone
from (
    select *, unnest(list_distinct(list_filter([found_at, corrected_at, replied_at, removed_at], x -> x <= coalesce(removed_at, x)))) as tick
    from sprout_message
)
where tick < getvariable('plan_end');

insert into vendor.sprout_social__messages by name
select
    guid, profile_id, 6801 as group_id, network, case kind when 'comment' then 'COMMENT' when 'private' then 'DIRECT_MESSAGE' else 'POST' end as post_category,
    network || case kind when 'comment' then '_COMMENT' when 'private' then '_DIRECT_MESSAGE' when 'repost' then '_RETWEET' else '_MENTION' end as post_type,
    case when tone > 0.5 then pick(getvariable('praise'), draw, 'sprout words') when tone < -0.6 then pick(getvariable('complaints'), draw, 'sprout words')
         else pick(getvariable('shrugs'), draw, 'sprout words') end as "text",
    if(kind = 'private', null, 'https://' || lower(network) || '.example/' || guid) as perma_link, profile_guid,
    lower(network[1:2]) || ':' || (hash('author', screen_name) % 100000000)::varchar as from_guid, coalesce(full_name, screen_name) as from_name, screen_name as from_screen_name,
    'en' as language, sentiment, null as sent_by_id, if(tone < -0.6, '[{"id":5101}]', '[]') as tags,
    if(tick >= replied_at, '{"first_reply":{"time_elapsed":' || ((epoch_ms(replied_at) - epoch_ms(created_at)) // 1000) || '}}', null) as activity,
    created_at, tick as _visible_at, is_gone as _is_gone
from sprout_message_version;

insert into truth.post_versions by name
select
    guid as resource_id, 8001 as query_id, lower(network) as network, created_at::timestamptz as posted_at,
    if(sentiment = 'UNCLASSIFIED', null, lower(sentiment)) as sentiment, 0 as reach, 0 as engagements, kind = 'repost' as is_repost, tick::timestamptz as visible_at, is_gone
from sprout_message_version where kind in ('mention', 'repost');

insert into truth.record_owner
select 'sprout_social', 'messages', guid, person_id from sprout_message where person_id is not null;

-- What we post ourselves: once a week and profile.
create temp table sprout_own_post as
select
    (hash('own post', week, id, getvariable('seed')) >> 2)::varchar as guid, id as profile_id, network, profile_guid, week,
    whole_second(getvariable('history_start') + to_days(7 * week + id % 7) + to_seconds(floor(28800 + 30000 * rnd(week, 'own' || id))::bigint)) as created_at,
    exp(6.5 + 0.6 * gauss(week, 'own reach' || id)) as reach
from sprout_profile, range(82) t(week)
where created_at < getvariable('plan_end') - to_days(1);

insert into vendor.sprout_social__messages by name
select
    guid, profile_id, 6801 as group_id, network, 'POST' as post_category, network || '_POST' as post_type, 'New in the shop: ' || getvariable('items')[1 + week % 24].name as "text",
    'https://' || lower(network) || '.example/' || guid as perma_link, profile_guid, profile_guid as from_guid, 'Aurora Home' as from_name, 'AuroraHome' as from_screen_name,
    'en' as language, 'UNCLASSIFIED' as sentiment, 7701 as sent_by_id, '[]' as tags, null as activity, created_at, created_at as _visible_at, false as _is_gone
from sprout_own_post;

insert into vendor.sprout_social__post_metrics by name
select
    guid, profile_id, network, network || '_POST' as post_type, 'New in the shop: ' || getvariable('items')[1 + week % 24].name as "text",
    'https://' || lower(network) || '.example/' || guid as perma_link, '[]' as tags,
    (reach * grown * 2)::bigint as impressions, (reach * grown * 0.08)::bigint as engagements, (reach * grown * 0.05)::bigint as reactions,
    (reach * grown * 0.01)::bigint as comments, (reach * grown * 0.02)::bigint as shares, (reach * grown * 0.015)::bigint as link_clicks,
    if(network = 'FACEBOOK', null, (reach * grown * 0.3)::bigint) as video_views, created_at, days_later(created_at, age) as _visible_at, false as _is_gone
from sprout_own_post cross join (values (0.1, 0.3), (2, 0.7), (9, 0.95), (26, 1)) t(age, grown)
where days_later(created_at, age) < getvariable('plan_end');

-- Profile days of this year: told the next morning, settled two days later.
insert into vendor.sprout_social__profile_metrics by name
select
    id as profile_id, network_type as network, midnight::date as reported_on, (900 * busy * settled)::bigint as impressions, (60 * busy * settled)::bigint as engagements,
    (40 * busy * settled)::bigint as reactions, 4000 + day_no * 3 as followers, floor(rnd(day_no, 'growth' || id) * 9)::bigint - 2 as net_follower_growth,
    (day_no % 7 = 3)::bigint as posts_sent, midnight as reported_at, midnight + told_after as _visible_at, false as _is_gone
from (
    select *, timestamp '2026-01-01' + to_days(day_no::int) as midnight, 0.6 + 0.8 * rnd(day_no, 'busy' || id) as busy
    from sprout_profile, range(240) t(day_no)
), (values (to_hours(29), 0.9), (to_hours(77), 1)) t(told_after, settled)
where midnight + told_after < getvariable('plan_end');
