-- Zendesk: who asks for help, how the case goes, how it is rated. Whole seconds. The outage week brings three times the usual cases.

create temp table ticket as
with clients as (
    select *, least(coalesce(buys_at, met_at), coalesce(erp_at, payer_at, met_at)) as since
    from person where not is_test and coalesce(buys_at, met_at) < getvariable('plan_end')
), asks as (
    select person_no, 'ordinary' as reason, k, moment(person_no, 'ticket' || k, since, getvariable('plan_end')) as asked_at
    from clients, range(6) t(k)
    where k < if(buys, floor(exponential(person_no, 'asks') * 1.6), (rnd(person_no, 'lead asks') < 0.06)::int)
    union all
    -- As many again as two usual weeks bring.
    select person_no, 'outage', 9, moment(person_no, 'outage ticket', timestamp '2026-03-09 05:00', timestamp '2026-03-15 22:00')
    from clients where since < timestamp '2026-03-01' and buys and rnd(person_no, 'outage asks') < 0.05
), numbered as (
    select a.reason, a.k, whole_second(a.asked_at) as asked_at, p.*, row_number() over (order by a.asked_at, p.person_no, a.k) as ticket_no
    from asks a join person p using (person_no)
), timed as (
    select
        *, 100000 + ticket_no as id,
        reason = 'outage' or in_outage(asked_at) as is_outage,
        1 + floor(rnd(ticket_no, 'topic') * 10)::int as topic,
        rnd(ticket_no, 'fate') as fate,
        case when rnd(ticket_no, 'channel') < 0.4 then 'email' when rnd(ticket_no, 'channel') < 0.7 then 'web' when rnd(ticket_no, 'channel') < 0.85 then 'native_messaging'
             when rnd(ticket_no, 'channel') < 0.95 then 'voice' else 'api' end as channel,
        seconds_later(asked_at, 60 + 60 * least(exp(5.6 + 1.1 * gauss(ticket_no, 'effort')) * if(is_outage, 3, 1), 40000)) as solved_once_at
    from numbered
), solved as (
    select
        *,
        if(fate < 0.04, null, solved_once_at) as first_solved_at,
        if(fate >= 0.9 and fate < 0.97, seconds_later(solved_once_at, 3600 + 86400 * 2 * rnd(ticket_no, 'reopens')), null) as reopened_at,
        if(fate >= 0.985, seconds_later(asked_at, 86400 * (1 + 60 * rnd(ticket_no, 'deleted'))), null) as deleted_at
    from timed
)
select
    *,
    if(reopened_at is null, first_solved_at, seconds_later(reopened_at, 1800 + 86400 * rnd(ticket_no, 'solves again'))) as last_solved_at,
    if(deleted_at is null, last_solved_at + to_hours(96), null) as closed_at,
    -- Offered a day after the solve unless rated before; a system change that leaves updated_at alone.
    if(deleted_at is null and rnd(ticket_no, 'rated') < 0.38, seconds_later(last_solved_at, 3600 + 86400 * 2 * rnd(ticket_no, 'rates')), null) as rated_at,
    if(rated_at is not null and rnd(ticket_no, 'rates again') < 0.07, seconds_later(rated_at, 1200 + 86400 * 5 * rnd(ticket_no, 'again')), null) as rerated_at,
    rnd(ticket_no, 'same record') < 0.5 as changes_in_place,
    rnd(ticket_no, 'good') < least(greatest(0.83 + 0.08 * mood - if(near_outage(asked_at), 0.45, 0) - if(reopened_at is not null, 0.2, 0), 0.03), 0.98) as is_good,
    greatest(floor((epoch_ms(first_solved_at) - epoch_ms(asked_at)) / 60000 * (0.1 + 0.6 * rnd(ticket_no, 'reply'))), 1)::bigint as reply_minutes,
    if(first_solved_at is null, null, asked_at + to_minutes(reply_minutes)) as replied_at,
    1 + floor(exponential(ticket_no, 'replies') * 1.3)::int as reply_count,
    9001 + floor(rnd(ticket_no, 'agent') * 10)::bigint as agent_id
from solved where asked_at < getvariable('plan_end');

create temp table requester as
select
    *, 70000000000 + person_no * 3 as id,
    -- Not by the number of a mere prospect: those are cleared out of the shop system.
    first_shop_at is not null and erp_at < born_at and rnd(person_no, 'helpdesk link') < 0.6 as is_linked,
    not is_linked and first_shop_at is not null and erp_at < born_at and erp_type = 'Person' and phone is not null and rnd(person_no, 'by phone') < if(role_mail is null, 0.2, 0.6) as is_by_phone,
    if(rnd(person_no, 'renamed') < 0.04, whole_second(moment(person_no, 'renamed at', born_at, getvariable('plan_end'))), null) as revised_at,
    if(rnd(person_no, 'inactive') < 0.01, whole_second(moment(person_no, 'inactive at', born_at, getvariable('plan_end'))), null) as inactive_at
from (select person_no, min(asked_at) as born_at from ticket group by person_no) join person using (person_no);

insert into vendor.zendesk_support__users by name
select
    id, first_name || ' ' || last_name as name,
    case when is_linked and rnd(person_no, 'helpdesk mail') < 0.08 then mail_typo(main_mail)
         when is_linked and rnd(person_no, 'helpdesk mail') < 0.65 and role_mail is not null then role_mail
         when is_linked and rnd(person_no, 'helpdesk mail') > 0.95 then null
         when is_by_phone then role_mail
         else mail_variant(main_mail, person_no, 'helpdesk mail style') end as email,
    if(is_by_phone or rnd(person_no, 'helpdesk phone') < 0.3, phone_abroad(phone, person_no, 'helpdesk phone style'), null) as phone,
    'end-user' as role, if(is_linked, erp_number, null) as external_id, if(org_no is null, null, 50000 + org_no) as organization_id,
    if(tick >= revised_at, 'Europe/Vienna', 'Europe/Berlin') as iana_time_zone, coalesce(tick < inactive_at, true) as active, false as suspended,
    born_at as created_at, tick as updated_at, tick as _visible_at, false as _is_gone
from (select *, unnest(list_distinct(list_filter([born_at, revised_at, inactive_at], x -> x is not null))) as tick from requester)
where tick < getvariable('plan_end')
union all by name
select
    9000 + i as id, 'Agent ' || i as name, 'agent' || i || '@aurora-home.example' as email, null as phone, if(i = 0, 'admin', 'agent') as role, null as external_id,
    null as organization_id, 'Europe/Berlin' as iana_time_zone, true as active, false as suspended, getvariable('history_start') as created_at,
    getvariable('history_start') as updated_at, getvariable('history_start') as _visible_at, false as _is_gone
from range(11) t(i);

create temp table ticket_version as
select
    *,
    coalesce(tick >= deleted_at, false) as is_deleted,
    case when tick >= deleted_at then 'deleted' when tick >= closed_at then 'closed' when tick >= last_solved_at then 'solved'
         when tick >= reopened_at then 'open' when tick >= first_solved_at then 'solved' when tick >= replied_at then 'open' else 'new' end as status,
    -- Rating and offering are told by the system: the export sees them, `updated_at` does not.
    case when tick >= closed_at or tick >= deleted_at then tick when tick >= last_solved_at then last_solved_at else tick end as touched_at
from (
    select *, unnest(list_distinct(list_filter(
        [asked_at, replied_at, first_solved_at, reopened_at, last_solved_at, rated_at, rerated_at, closed_at, deleted_at],
        x -> x <= coalesce(deleted_at, x)))) as tick
    from ticket
)
where tick < getvariable('plan_end');

insert into vendor.zendesk_support__tickets by name
select
    id, null as external_id, channel, case when rnd(id, 'type') < 0.5 then 'question' when rnd(id, 'type') < 0.8 then 'problem' end as type,
    case when is_deleted then 'SCRUBBED' when is_outage then 'Shop is down' else getvariable('ticket_subjects')[topic] end as subject,
    if(is_deleted, 'X', pick(getvariable('complaints'), id, 'description')) as description,
    case when is_outage then 'urgent' when rnd(id, 'priority') < 0.3 then null when rnd(id, 'priority') < 0.75 then 'normal' when rnd(id, 'priority') < 0.9 then 'high' else 'low' end as priority,
    status, 70000000000 + person_no * 3 as requester_id, 70000000000 + person_no * 3 as submitter_id, if(status = 'new', null, agent_id) as assignee_id,
    if(org_no is null, null, 50000 + org_no) as organization_id, 3001 as group_id,
    if(is_deleted, '[]', '["' || if(is_outage, 'outage', getvariable('ticket_tags')[topic]) || '"]') as tags,
    '[{"id":36001,"value":null}]' as custom_fields,
    case when is_deleted then null when tick >= rerated_at then if(is_good, 'bad', 'good') when tick >= rated_at then if(is_good, 'good', 'bad')
         when tick >= closed_at then 'offered' else 'unoffered' end as satisfaction_score,
    unix(tick) as generated_timestamp,
    if(is_deleted, null, coalesce(tick >= reopened_at, false)::int) as metric_reopens, if(is_deleted, null, case when tick >= first_solved_at then reply_count when tick >= replied_at then 1 else 0 end) as metric_replies,
    if(status in ('new', 'deleted'), null, asked_at + to_minutes(1)) as metric_assigned_at,
    if(status in ('solved', 'closed'), if(tick >= last_solved_at, last_solved_at, first_solved_at), null) as metric_solved_at,
    if(not is_deleted and tick >= replied_at, reply_minutes, null) as metric_first_reply_minutes,
    if(is_deleted or not coalesce(tick >= first_solved_at, false), null, (unix(first_solved_at) - unix(asked_at)) // 60) as metric_first_resolution_minutes,
    if(status in ('solved', 'closed'), (unix(if(tick >= last_solved_at, last_solved_at, first_solved_at)) - unix(asked_at)) // 60, null) as metric_full_resolution_minutes,
    asked_at as created_at, touched_at as updated_at, tick as _visible_at, false as _is_gone
from ticket_version;

create table truth.case_versions as
select id as ticket_id, person_id, status, asked_at::timestamptz as opened_at,
    if(status in ('solved', 'closed'), if(tick >= last_solved_at, last_solved_at, first_solved_at), null)::timestamptz as solved_at, tick::timestamptz as visible_at,
    -- The help desk tells the first solve in whole minutes.
    if(tick >= first_solved_at, asked_at + to_minutes((unix(first_solved_at) - unix(asked_at)) // 60), null)::timestamptz as first_solved_at,
    if(tick >= replied_at, reply_minutes, null)::bigint as first_reply_minutes, coalesce(tick >= reopened_at, false)::bigint as reopens,
    case when tick >= first_solved_at then reply_count when tick >= replied_at then 1 else 0 end::bigint as replies,
    if(is_outage, 'outage', getvariable('ticket_tags')[topic]) as issue_key, channel, null::bigint as customer_replies
from ticket_version;

-- A rating: first offered, then given; a second thought either changes the record or makes a newer one.
create temp table rating as
select id * 10 + 1 as rating_id, rated_at as made_at, rated_at as given_at, if(changes_in_place, rerated_at, null) as changed_at, is_good, t.*
from ticket t where rated_at is not null
union all
select id * 10 + 2, rerated_at, rerated_at, null, not is_good, t.* from ticket t where rerated_at is not null and not changes_in_place
union all
select id * 10 + 1, closed_at, null, null, is_good, t.* from ticket t where rated_at is null and closed_at is not null;

create temp table rating_version as
select *, case when given_at is null then 'offered' when is_good = (changed_at is null or tick < changed_at) then 'good' else 'bad' end as score
from (select *, unnest(list_filter([made_at, changed_at], x -> x is not null)) as tick from rating)
where tick < getvariable('plan_end');

insert into vendor.zendesk_support__satisfaction_ratings by name
select
    rating_id as id, id as ticket_id, 70000000000 + person_no * 3 as requester_id, agent_id as assignee_id, 3001 as group_id, score,
    case when score = 'bad' and rnd(id, 'says') < 0.6 then pick(getvariable('complaints'), id, 'words')
         when score = 'good' and rnd(id, 'says') < 0.3 then pick(getvariable('praise'), id, 'words') end as comment,
    if(score = 'bad', pick(['The issue took too long to resolve', 'The issue was not resolved', 'Some other reason'], id, 'reason'), null) as reason,
    made_at as created_at, tick as updated_at, tick as _visible_at, false as _is_gone
from rating_version;

create table truth.rating_versions as
select rating_id, id as ticket_id, score, tick::timestamptz as updated_at, tick::timestamptz as visible_at from rating_version;

-- Asked for a rating: with the first record of it.
create table truth.request_versions as
select 'ticket ' || id as request_id, 'case_rating' as kind, min(made_at) over (partition by id)::timestamptz as asked_at, score <> 'offered' as is_answered,
    score <> 'offered' as is_complete, tick::timestamptz as visible_at, false as is_gone, 'zendesk_support' as source
from rating_version;

insert into truth.record_owner
select 'zendesk_support', 'users', id::varchar, person_id from requester
union all
select 'zendesk_support', 'tickets', id::varchar, person_id from ticket;
