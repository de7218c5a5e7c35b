-- Zendesk Chat: live chats, chats nobody answered, messages left while closed, chats that became tickets. Whole seconds.

create temp table live_chat as
with guests as (
    select *, coalesce(buys_at, met_at) as since from person
    where not is_test and rnd(person_no, 'live chat') < if(buys, 0.1, 0.04) and coalesce(buys_at, met_at) < getvariable('plan_end')
), visits as (
    -- A second browser is a second visitor.
    select person_no::varchar as draw, person_no, person_no || if(k % 2 = 1 and rnd(person_no, 'second browser') < 0.2, 'b', 'a') as browser, k, null::bigint as ticket_id,
        moment(person_no, 'live chat' || k, since, getvariable('plan_end')) as started_at
    from guests, range(4) t(k) where k < floor(exponential(person_no, 'live chats') * 1.7)
    union all
    -- Made a ticket at its end, which is how its visitor is known.
    select 't' || id, person_no, 't' || id, 0, id, seconds_later(asked_at, -200 - 900 * rnd(id, 'chat first'))
    from ticket where channel = 'native_messaging' and deleted_at is null and rnd(id, 'was a chat') < 0.3
    union all
    select 's' || i, null, 's' || i, 0, null, moment(i, 'stranger chats', getvariable('history_start'), getvariable('plan_end'))
    from range((getvariable('customers') * 0.02)::bigint) t(i)
), numbered as (
    select *, row_number() over (order by started_at, draw, k) as chat_no
    from (select * replace (whole_second(started_at) as started_at) from visits) where started_at < getvariable('plan_end')
), timed as (
    select
        n.* exclude (person_no), p.*, 90000000000 + chat_no as chat_key, rnd(chat_no, 'chat fate') as fate,
        case when ticket_id is not null then 'ticket' when rnd(chat_no, 'chat kind') < 0.64 then 'support' when rnd(chat_no, 'chat kind') < 0.73 then 'sales'
             when rnd(chat_no, 'chat kind') < 0.86 then 'missed' else 'offline' end as kind,
        kind in ('support', 'sales', 'ticket') as has_agent,
        case kind when 'ticket' then (select asked_at from ticket t where t.id = n.ticket_id) when 'offline' then started_at
             when 'missed' then seconds_later(started_at, 90 + 200 * rnd(chat_no, 'gives up'))
             else seconds_later(started_at, 150 + 60 * least(exp(2.2 + 0.7 * gauss(chat_no, 'chat effort')) * if(in_outage(started_at), 2, 1), 240)) end as ended_at
    from numbered n left join person p using (person_no)
), rated as (
    select
        *, 10 + floor(80 * rnd(chat_no, 'chat reply') * if(in_outage(started_at), 2, 1) / 2)::int as reply_seconds,
        if(fate >= 0.975 and kind <> 'ticket', seconds_later(ended_at, 86400 * (1 + 50 * rnd(chat_no, 'chat deleted'))), null) as deleted_at,
        if(fate < 0.45 and kind in ('support', 'ticket'), seconds_later(ended_at, 900 * rnd(chat_no, 'chat rates')), null) as rated_at,
        if(rnd(chat_no, 'chat rates again') < 0.07, seconds_later(rated_at, 60 + 3000 * rnd(chat_no, 'chat again')), null) as rerated_at,
        if(ticket_id is null, null, ended_at + to_seconds(20)) as ticketed_at,
        if(kind = 'offline' or rnd(chat_no, 'chat tagged') < 0.2, seconds_later(ended_at, 1800 + 40000 * rnd(chat_no, 'chat tags')), null) as handled_at,
        rnd(chat_no, 'chat good') < least(greatest(0.84 + 0.08 * coalesce(mood, 0) - if(near_outage(started_at), 0.4, 0), 0.05), 0.98) as is_good,
        -- What the visitor gives of themselves: nothing when a stranger or known by the ticket, at times nothing the first time.
        person_no is not null and kind <> 'ticket' and not (k = 0 and rnd(person_no, 'shy at first') < 0.2) as says_who
    from timed
)
select
    *, strftime(started_at, '%y%m') || '.10414779.S' || substr(digest('chat', chat_no), 1, 12) as id, '10414779.' || substr(digest('visitor', browser), 1, 14) as visitor_id,
    if(says_who, if(nickname is not null and family_mail is null and rnd(browser, 'chat nick') < 0.2, nickname, first_name) || ' ' || last_name, 'Visitor ' || (10000000 + chat_no)) as visitor_name,
    601 + floor(rnd(chat_no, 'chat agent') * 4)::bigint as agent_no
from rated;

create temp macro chat_event(kind, tick, who, fields) as
    '{"type":"' || kind || '","timestamp":"' || strftime(tick, '%Y-%m-%dT%H:%M:%S.000000Z') || '","name":"' || who || '","channel":"#supportchat"' || fields || '}';

create temp table live_chat_version as
select
    *,
    tick >= rated_at as is_rated, tick >= rerated_at as is_rerated, coalesce(tick >= ticketed_at, false) as is_ticket, coalesce(tick >= deleted_at, false) as is_deleted,
    case when tick >= rerated_at then if(is_good, 'bad', 'good') when tick >= rated_at then if(is_good, 'good', 'bad') end as score
from (
    select *, unnest(list_distinct(list_filter([ended_at, rated_at, rerated_at, ticketed_at, handled_at, deleted_at], x -> x <= coalesce(deleted_at, x)))) as tick
    from live_chat
)
where tick < getvariable('plan_end');

insert into vendor.zendesk_chat__chats by name
select
    id, if(kind = 'offline', 'offline_msg', 'chat') as type, if(kind = 'offline', null, 'visitor') as started_by,
    if(kind = 'offline', null, kind = 'missed') as missed, kind in ('missed', 'offline') and coalesce(tick < handled_at, true) as unread, false as triggered, is_deleted as deleted,
    if(kind = 'sales', '72', '71') as department_id, if(kind = 'sales', 'Sales', 'Support') as department_name,
    if(has_agent, '["' || agent_no || '"]', '[]') as agent_ids,
    visitor_id, visitor_name, if(says_who, mail_variant(main_mail, browser, 'chat mail style'), '') as visitor_email,
    if(says_who and rnd(browser, 'chat phone') < 0.2, coalesce(phone_abroad(phone, browser, 'chat phone style'), ''), '') as visitor_phone, '' as visitor_notes,
    coalesce(country, 'DE') as country_code, place_of_living.name as city,
    if(kind = 'offline', pick(getvariable('ticket_subjects'), chat_no, 'chat topic') || '?', null) as message,
    if(kind = 'offline', null, '[' || concat_ws(',',
        chat_event('chat.memberjoin', started_at, visitor_name, ''),
        chat_event('chat.msg', started_at + to_seconds(5), visitor_name, ',"msg_id":"' || chat_key || '","msg":"' || pick(getvariable('ticket_subjects'), chat_no, 'chat topic') || '?","options":""'),
        if(has_agent, chat_event('chat.memberjoin', started_at + to_seconds(reply_seconds), 'Agent ' || agent_no, ''), null),
        if(has_agent, chat_event('chat.msg', started_at + to_seconds(reply_seconds), 'Agent ' || agent_no, ',"msg":"Hello, let me see.","options":""'), null),
        if(has_agent, chat_event('chat.msg', ended_at - to_seconds(30), visitor_name, ',"msg_id":"' || chat_key || '1","msg":"Thank you.","options":""'), null),
        chat_event('chat.memberleave', ended_at, visitor_name, ''),
        if(is_rated, chat_event('chat.rating', rated_at, visitor_name, ',"rating":null,"new_rating":"' || if(is_good, 'good', 'bad') || '"'), null),
        if(is_rerated, chat_event('chat.rating', rerated_at, visitor_name, ',"rating":"' || if(is_good, 'good', 'bad') || '","new_rating":"' || if(is_good, 'bad', 'good') || '"'), null)
    ) || ']') as history,
    if(kind = 'offline', null, 1 + has_agent::int) as visitor_messages, if(kind = 'offline', null, has_agent::int) as agent_messages,
    if(has_agent, reply_seconds, null) as first_response_seconds, if(has_agent, reply_seconds, null) as mean_response_seconds,
    if(kind = 'offline', null, unix(ended_at) - unix(started_at)) as duration_seconds,
    score as rating, case when score = 'bad' and rnd(chat_no, 'chat says') < 0.6 then pick(getvariable('complaints'), chat_no, 'chat words')
        when score = 'good' and rnd(chat_no, 'chat says') < 0.3 then pick(getvariable('praise'), chat_no, 'chat words') end as comment,
    if(tick >= handled_at, '["handled"]', '[]') as tags, if(is_ticket, ticket_id, null) as zendesk_ticket_id,
    started_at, if(kind = 'offline', null, ended_at) as ended_at, tick as updated_at, tick as _visible_at, false as _is_gone
from live_chat_version;

insert into vendor.zendesk_chat__agents by name
select
    (600 + i)::varchar as id, 'Agent ' || (600 + i) as display_name, 'Agent' as first_name, (600 + i)::varchar as last_name, 'chat' || i || '@aurora-home.example' as email,
    true as enabled, 3 as role_id, if(i = 4, '[71,72]', '[71]') as departments, getvariable('history_start') as created_at, tick as last_login_at, tick as _visible_at, false as _is_gone
from range(1, 5) t(i), unnest([getvariable('history_start'), getvariable('start') + to_hours(2 + i)]) u(tick);
insert into vendor.zendesk_chat__departments by name
select id, name, '' as description, true as enabled, members, getvariable('history_start') as _visible_at, false as _is_gone
from (values ('71', 'Support', '[601,602,603,604]'), ('72', 'Sales', '[604]')) t(id, name, members);

-- Cases are chats the support team held to their end; one that becomes a ticket is that ticket from then on.
insert into truth.case_versions by name
select chat_key as ticket_id, person_id, if(is_deleted or is_ticket, 'deleted', 'solved') as status, started_at::timestamptz as opened_at, ended_at::timestamptz as solved_at, tick::timestamptz as visible_at,
    ended_at::timestamptz as first_solved_at, (reply_seconds // 60)::bigint as first_reply_minutes, 0::bigint as reopens, 1::bigint as replies,
    'chat' as channel
from live_chat_version where kind in ('support', 'ticket');

-- Who chats is known once one chat of the browser, or the ticket it became, says so.
create table truth.chat_namings as
select chat.chat_key as ticket_id, min(named.ended_at) filter (named.says_who)::timestamptz as named_at
from live_chat as chat join live_chat as named using (visitor_id)
group by chat.chat_key;

insert into truth.rating_versions by name
select chat_key as rating_id, if(is_ticket, ticket_id, chat_key) as ticket_id, score, if(is_rerated, rerated_at, rated_at)::timestamptz as updated_at, tick::timestamptz as visible_at
from live_chat_version where is_rated;

insert into truth.record_owner
select distinct 'zendesk_chat', 'visitors', visitor_id, person_id from live_chat where person_no is not null
union all
select 'zendesk_chat', 'chats', id, person_id from live_chat where person_no is not null;
