-- Intercom: who writes in the messenger; what the support team, the sales team or the bot makes of it; how it is rated. Whole seconds.

create temp table messenger_user as
select
    *, substr(digest('intercom contact', person_no), 1, 24) as id,
    -- As in the help desk: not by the number of a mere prospect.
    first_shop_at is not null and erp_at < born_at and rnd(person_no, 'messenger link') < 0.7 as is_linked,
    -- Some wrote before they signed in: that record was merged into theirs later.
    if(rnd(person_no, 'messenger lead') < 0.12, substr(digest('intercom lead', person_no), 1, 24), null) as lead_id,
    if(lead_id is null, null, seconds_later(born_at, 86400 * (3 + 60 * rnd(person_no, 'messenger merge')))) as merged_at,
    if(rnd(person_no, 'messenger opt out') < 0.08, whole_second(moment(person_no, 'messenger opt out at', born_at, getvariable('plan_end'))), null) as opted_out_at,
    if(org_no is null, null, substr(digest('intercom company', org_no), 1, 24)) as company
from (select *, whole_second(days_later(coalesce(buys_at, met_at), 0.1 + 40 * rnd(person_no, 'messenger age'))) as born_at from person)
where not is_test and rnd(person_no, 'messenger') < if(buys, 0.12, 0.04) and born_at < getvariable('plan_end');

create temp table talk as
with asks as (
    select
        person_no, k, rnd(person_no || '/' || k, 'messenger kind') as kind_draw,
        -- What the lead wrote came before the merge.
        whole_second(moment(person_no, 'messenger talk' || k, born_at, if(k = 0, coalesce(merged_at, getvariable('plan_end')), getvariable('plan_end')))) as asked_at
    from messenger_user, range(4) t(k) where k < floor(exponential(person_no, 'messenger talks') * 1.6)
), numbered as (
    select
        a.* exclude (kind_draw), u.* exclude (person_no, id), u.id as user_id, row_number() over (order by a.asked_at, a.person_no, a.k) as talk_no,
        case when kind_draw < 0.72 then 'support' when kind_draw < 0.84 then 'bot' when kind_draw < 0.92 then 'sales' else 'outbound' end as kind
    from asks a join messenger_user u using (person_no) where a.asked_at < getvariable('plan_end')
), timed as (
    select
        *, 215000000000 + talk_no as case_no, lead_id is not null and asked_at < merged_at as is_of_lead,
        rnd(talk_no, 'talk fate') as fate, 1 + floor(rnd(talk_no, 'talk topic') * 10)::int as topic,
        seconds_later(asked_at, case kind when 'bot' then 40 + 200 * rnd(talk_no, 'bot') else
            300 + 60 * least(exp(3.9 + 1.1 * gauss(talk_no, 'talk effort')) * if(in_outage(asked_at), 3, 1), 20000) end) as closed_once_at
    from numbered
), closed as (
    select
        *, kind in ('support', 'sales') as has_agent,
        if(kind = 'outbound' or (fate < 0.05 and has_agent), null, closed_once_at) as first_closed_at,
        if(fate >= 0.9 and fate < 0.97 and kind = 'support', seconds_later(closed_once_at, 3600 + 86400 * 2 * rnd(talk_no, 'talk reopens')), null) as reopened_at,
        if(fate >= 0.98, seconds_later(asked_at, 86400 * (1 + 50 * rnd(talk_no, 'talk deleted'))), null) as deleted_at
    from timed
)
select
    *,
    if(reopened_at is null, first_closed_at, seconds_later(reopened_at, 1800 + 40000 * rnd(talk_no, 'talk closes again'))) as last_closed_at,
    if(has_agent, seconds_later(asked_at, 5 + (epoch_ms(closed_once_at) - epoch_ms(asked_at)) / 1000 * (0.05 + 0.4 * rnd(talk_no, 'talk reply'))), null) as replied_at,
    if(has_agent and rnd(talk_no, 'talk follows') < 0.6, seconds_later(closed_once_at, -60), null) as followed_at,
    if(deleted_at is null and kind in ('support', 'bot') and rnd(talk_no, 'talk rated') < if(kind = 'bot', 0.15, 0.45),
        seconds_later(last_closed_at, 30 + 7000 * rnd(talk_no, 'talk rates')), null) as rated_at,
    if(rnd(talk_no, 'talk rates again') < 0.07, seconds_later(rated_at, 600 + 86400 * rnd(talk_no, 'talk again')), null) as rerated_at,
    greatest(least(round(4.2 + 0.5 * mood + 0.8 * gauss(talk_no, 'talk stars') - if(near_outage(asked_at), 1.5, 0) - if(reopened_at is null, 0, 0.7)), 5), 1)::int as stars,
    8801 + floor(rnd(talk_no, 'talk agent') * 5)::bigint as admin_no
from closed;

create temp table talk_part as
with events as (
    select *, unnest([
        {'seq': 1, 'kind': 'assignment', 'by': 'admin', 'at': replied_at, 'words': null},
        {'seq': 2, 'kind': 'comment', 'by': 'admin', 'at': replied_at, 'words': 'Thank you for writing, I am looking into it.'},
        {'seq': 3, 'kind': 'comment', 'by': 'bot', 'at': if(kind = 'bot', asked_at + to_seconds(15), null), 'words': 'This article may answer your question.'},
        {'seq': 4, 'kind': 'comment', 'by': 'user', 'at': followed_at, 'words': pick(getvariable('shrugs'), talk_no, 'talk follow words')},
        {'seq': 5, 'kind': 'close', 'by': if(kind = 'bot', 'bot', 'admin'), 'at': first_closed_at, 'words': null},
        {'seq': 6, 'kind': 'open', 'by': 'user', 'at': reopened_at, 'words': pick(getvariable('complaints'), talk_no, 'talk again words')},
        {'seq': 7, 'kind': 'close', 'by': 'admin', 'at': if(reopened_at is null, null, last_closed_at), 'words': null},
        {'seq': 8, 'kind': 'conversation_rating_changed', 'by': 'user', 'at': rated_at, 'words': null},
        {'seq': 9, 'kind': 'conversation_rating_changed', 'by': 'user', 'at': rerated_at, 'words': null}
    ]) as event from talk
)
select talk_no, (880000000000 + talk_no * 20 + event.seq)::varchar as id, event.kind as part_type, event.words, event.by as author_type,
    case event.by when 'user' then if(is_of_lead, lead_id, user_id) when 'bot' then '8800' else admin_no::varchar end as author_id,
    event.at as created_at, if(event.seq = 4 and rnd(talk_no, 'talk redacted') < 0.05, first_closed_at, null) as redacted_at, admin_no, case_no
from events where event.at < getvariable('plan_end') and event.at <= coalesce(deleted_at, event.at);

create temp table talk_version as
with ticks as (
    select *, list_distinct(list_filter([asked_at, replied_at, followed_at, first_closed_at, reopened_at, last_closed_at, rated_at, rerated_at, deleted_at],
        x -> x <= coalesce(deleted_at, x))) as changes
    from talk
)
select
    * exclude (changes),
    -- A merge names the other contact on the conversation and leaves its `updated_at` alone.
    list_max(list_filter(changes, x -> x <= tick)) as touched_at,
    if(is_of_lead and tick < merged_at, lead_id, user_id) as contact_id,
    case when tick >= deleted_at then 'deleted' when tick >= last_closed_at then 'closed' when tick >= reopened_at then 'open'
         when tick >= first_closed_at then 'closed' when tick >= replied_at then 'open' else 'new' end as case_status
from (
    select *, unnest(list_distinct(list_filter(changes || [if(is_of_lead, merged_at, null)], x -> x <= coalesce(deleted_at, x)))) as tick
    from ticks
)
where tick < getvariable('plan_end');

insert into vendor.intercom__conversations by name
select
    case_no::varchar as id, case when kind = 'outbound' or case_status = 'closed' then 'closed' else 'open' end as state, state = 'open' as open, if(rnd(talk_no, 'talk priority') < 0.1, 'priority', 'not_priority') as priority,
    null as title, 'conversation' as source_type, if(kind = 'outbound', 'automated', 'customer_initiated') as delivered_as, '' as subject,
    case when kind = 'outbound' then '<p>New in our shop: winter blankets.</p>' when in_outage(asked_at) then '<p>The shop is down again.</p>' else '<p>' || getvariable('ticket_subjects')[topic] || '?</p>' end as body,
    case when kind = 'outbound' then 'admin' when is_of_lead then 'lead' else 'user' end as author_type,
    case when kind = 'outbound' then admin_no::varchar when is_of_lead then lead_id else user_id end as author_id,
    '{"type":"contact.list","contacts":[{"type":"contact","id":"' || contact_id || '","external_id":' || coalesce('"' || if(is_linked and contact_id = user_id, erp_number, null) || '"', 'null') || '}]}' as contacts,
    if(has_agent and tick >= replied_at, admin_no, null) as admin_assignee_id, case kind when 'support' then 501 when 'sales' then 502 end as team_assignee_id,
    case when tick >= rerated_at then greatest(stars - 1, 1) when tick >= rated_at then stars end as rating,
    case when tick < rated_at or rated_at is null or rnd(talk_no, 'talk remarks') > 0.4 then null when stars >= 4 then pick(getvariable('praise'), talk_no, 'talk remark')
         else pick(getvariable('complaints'), talk_no, 'talk remark') end as rating_remark,
    if(tick >= rated_at, rated_at, null) as rated_at, case when tick >= rerated_at then rerated_at when tick >= rated_at then rated_at end as rating_updated_at,
    if(tick >= replied_at, replied_at, null) as first_admin_reply_at, if(tick >= first_closed_at, first_closed_at, null) as first_close_at,
    case when tick >= last_closed_at then last_closed_at when tick >= first_closed_at then first_closed_at end as last_close_at,
    case when tick >= first_closed_at then if(kind = 'bot', '8800', admin_no::varchar) end as last_closed_by_id,
    coalesce(tick >= reopened_at, false)::int as reopens, (select count(*) from talk_part p where p.talk_no = v.talk_no and p.created_at <= v.tick) as part_count,
    kind = 'bot' as ai_agent_participated, case when kind = 'bot' then if(tick >= first_closed_at, 'confirmed_resolution', 'in_progress') end as ai_resolution_state, '{}' as custom_attributes,
    if(case_status = 'new' and has_agent, asked_at, null) as waiting_since, null as snoozed_until,
    asked_at as created_at, touched_at as updated_at, tick as _visible_at, case_status = 'deleted' as _is_gone
from talk_version v;

insert into vendor.intercom__conversation_parts by name
select
    id, case_no::varchar as conversation_id, part_type, if(tick >= redacted_at, null, '<p>' || words || '</p>') as body, author_type, author_id,
    if(part_type = 'close', 'closed', 'open') as state, coalesce(tick >= redacted_at, false) as redacted,
    if(part_type = 'assignment', '{"type":"admin","id":"' || admin_no || '"}', null) as assigned_to, null as event_details,
    created_at as notified_at, created_at, tick as updated_at, tick as _visible_at, false as _is_gone
from (select *, unnest(list_filter([created_at, redacted_at], x -> x < getvariable('plan_end'))) as tick from talk_part);

insert into vendor.intercom__contacts by name
with records as (
    select *, id as contact_id, 'user' as role, null::timestamp as gone_at from messenger_user
    union all by name
    select * replace (false as is_linked), lead_id as contact_id, 'lead' as role, merged_at as gone_at from messenger_user where lead_id is not null
), changing as (
    select r.*, unnest(list_distinct(list_filter([r.born_at, opted_out_at, gone_at, forgotten_at] || coalesce(asked, []),
        x -> x < getvariable('plan_end') and x <= coalesce(gone_at, forgotten_at, x)))) as tick, asked, forgotten_at
    from (
        select records.*, t.asked,
            -- Who never wrote may be removed again, by hand.
            if(t.asked is null and role = 'user' and rnd(person_no, 'messenger forgotten') < 0.15, seconds_later(born_at, 86400 * (5 + 300 * rnd(person_no, 'messenger forgotten at'))), null) as forgotten_at
        from records left join (select person_no, list(asked_at order by asked_at) as asked from talk where kind <> 'outbound' group by person_no) t using (person_no)
    ) r
)
select
    contact_id as id, if(is_linked, erp_number, null) as external_id, role,
    if(family_mail is null and rnd(person_no, 'messenger nameless') < 0.1, null, first_name || ' ' || last_name) as name,
    if(is_linked and rnd(person_no, 'messenger mail') < 0.05, mail_typo(main_mail), mail_variant(main_mail, contact_id, 'messenger mail style')) as email,
    if(rnd(person_no, 'messenger phone') < 0.25, phone_abroad(phone, person_no, 'messenger phone style'), null) as phone,
    place_of_living.name as city, map {'DE': 'Germany', 'AT': 'Austria', 'US': 'United States', 'GB': 'United Kingdom', 'JP': 'Japan'}[country] as country, country as country_code,
    coalesce(tick >= opted_out_at, false) as unsubscribed_from_emails, false as has_hard_bounced, false as marked_email_as_spam,
    if(rnd(person_no, 'messenger utm') < 0.3, 'newsletter', null) as utm_source, null as utm_medium, null as utm_campaign,
    if(company is null, '[]', '[{"type":"company","id":"' || company || '","url":"/companies/' || company || '"}]') as companies, (company is not null)::int as company_count, '{}' as custom_attributes,
    if(role = 'user', born_at, null) as signed_up_at, tick as last_seen_at, list_max(list_filter(asked, x -> x <= tick)) as last_replied_at,
    born_at as created_at, tick as updated_at, tick as _visible_at, coalesce(tick >= coalesce(gone_at, forgotten_at), false) as _is_gone
from changing;

insert into truth.objection_versions
select v.id, p.person_id, v.unsubscribed_from_emails, v.updated_at::timestamptz, v._visible_at::timestamptz, v._is_gone
from vendor.intercom__contacts v
join (select id, person_id from messenger_user union all select lead_id, person_id from messenger_user where lead_id is not null) p using (id);

insert into vendor.intercom__companies by name
with versions as (
    select *, row_number() over (partition by company order by born_at, person_no) as member from messenger_user where company is not null
)
select
    company as id, (30000000000 + org_no)::varchar as company_id, org_word || ' GmbH' as name, 'https://' || org_domain as website,
    pick(getvariable('industries'), org_no, 'industry') as industry, 10 + org_no % 90 as size, (org_no % 7) * 100 as monthly_spend, max(member) as user_count, 'business' as plan, '{}' as custom_attributes,
    min(min(born_at)) over (partition by company) as created_at, born_at as updated_at, born_at as _visible_at, false as _is_gone
from versions group by company, org_no, org_word, org_domain, born_at;

insert into vendor.intercom__admins by name
select
    (8800 + i)::varchar as id, if(i = 0, 'Operator', 'Agent ' || i) as name, if(i = 0, 'operator', 'agent' || i) || '@aurora-home.example' as email, 'Support' as job_title, false as away_mode_enabled,
    i > 0 as has_inbox_seat, case i when 0 then '[]' when 5 then '[501,502]' else '[501]' end as team_ids,
    getvariable('history_start') as _visible_at, false as _is_gone
from range(6) t(i);
insert into vendor.intercom__teams by name
select id::varchar as id, name, admin_ids, getvariable('history_start') as _visible_at, false as _is_gone
from (values (501, 'Support', '[8801,8802,8803,8804,8805]'), (502, 'Sales', '[8805]')) t(id, name, admin_ids);

-- Cases are what the support team took on; the bot's and the sales team's conversations are none.
insert into truth.case_versions by name
select case_no as ticket_id, person_id, case_status as status, asked_at::timestamptz as opened_at,
    if(case_status = 'closed', if(tick >= last_closed_at, last_closed_at, first_closed_at), null)::timestamptz as solved_at, tick::timestamptz as visible_at,
    if(tick >= first_closed_at, first_closed_at, null)::timestamptz as first_solved_at, if(tick >= replied_at, (unix(replied_at) - unix(asked_at)) // 60, null) as first_reply_minutes,
    coalesce(tick >= reopened_at, false)::bigint as reopens, coalesce(tick >= replied_at, false)::bigint as replies,
    'chat' as channel, coalesce(tick >= followed_at, false)::bigint + coalesce(tick >= reopened_at, false)::bigint as customer_replies
from talk_version where kind = 'support';

-- Ratings from 1 to 5 are answers to one question about satisfaction.
insert into truth.answer_versions by name
select 'intercom ' || case_no as response_id, 'conversation_rating' as survey_id, person_id, 'csat' as metric, if(tick >= rerated_at, greatest(stars - 1, 1), stars) as score,
    if(tick >= rerated_at, rerated_at, rated_at)::timestamptz as responded_at, tick::timestamptz as visible_at
from talk_version where tick >= rated_at;

insert into truth.record_owner
select 'intercom', 'contacts', id, person_id from messenger_user
union all
select 'intercom', 'contacts', lead_id, person_id from messenger_user where lead_id is not null
union all
select 'intercom', 'conversations', case_no::varchar, person_id from talk;
