-- SurveyMonkey: what people answer, now and then twice, sometimes only in part, rarely without saying who they are.

create temp table ask as
with clients as (
    select * from person where buys and not is_test and buys_at < getvariable('plan_end')
), regular as (
    select person_no, 'regular' as reason, k,
        days_later(buys_at, 20 + 90 * k + 25 * rnd(person_no, 'nps day' || k)) as answered_at,
        8.3 + 1.3 * mood + 1.2 * gauss(person_no, 'nps' || k) as inclination
    from clients, range(6) t(k) where rnd(person_no, 'answers' || k) < 0.3
), disappointed as (
    -- Churners say so before they leave.
    select s.person_no, 'churn', 20 + sub_seq, canceled_at - to_milliseconds(floor(86400000 * (3 + 17 * rnd(sub_key, 'says so')))::bigint), 1 + 4 * rnd(sub_key, 'bitter')
    from subscription s where ends_by = 'voluntary' and rnd(sub_key, 'tells') < 0.55
        and canceled_at - to_days(21) > begins_at
), lost as (
    select person_no, 'low', 30, days_later(buys_at, 40 + 160 * rnd(person_no, 'low day')) as answered_at, 1 + 3.4 * rnd(person_no, 'low') as inclination
    from clients where rnd(person_no, 'recovers') < 0.04
), all_of_them as (
    from regular union all from disappointed union all from lost
    union all
    -- Recoveries: the same people, won back.
    select person_no, 'recovery', 31, days_later(answered_at, 30 + 40 * rnd(person_no, 'won back')), 9 + rnd(person_no, 'glad') from lost
)
select * from all_of_them
union all
select person_no, 'again', 40 + k, days_later(answered_at, 1 + 14 * rnd(person_no, 'again' || k)), inclination + gauss(person_no, 'changes' || k)
from all_of_them where rnd(person_no, 'twice' || k) < 0.05;

create temp table response as
with asked as (
    select
        person_no, reason || k as slot, answered_at, '410000001' as survey_id, null::bigint as ticket_id,
        least(greatest(round(inclination - if(near_outage(answered_at), 3, 0)), 0), 10)::int as nps, null::int as csat, null::int as ces
    from ask
    union all
    select
        person_no, 'ticket' || id, seconds_later(last_solved_at, 7200 + 86400 * 4 * rnd(id, 'csat day')), '410000002', id, null,
        least(greatest(round(4.3 + 0.5 * mood + 0.7 * gauss(id, 'csat') - if(near_outage(asked_at), 1.6, 0) - if(reopened_at is not null, 0.8, 0)), 1), 5)::int,
        if(rnd(id, 'skips ces') < 0.08, null,
            least(greatest(round(5.6 + 0.6 * mood + 1.1 * gauss(id, 'ces') - if(near_outage(asked_at), 2, 0) - if(reopened_at is not null, 1, 0)), 1), 7)::int)
    from ticket where deleted_at is null and last_solved_at is not null and rnd(id, 'answers') < 0.32
), known as (
    select
        a.*, p.* exclude (person_no),
        a.person_no || a.slot as draw,
        erp_at < answered_at as has_number,
        rnd(draw, 'anonymous') < 0.03 as is_anonymous,
        rnd(draw, 'way') as way
    from asked a join person p using (person_no)
), named as (
    select
        *,
        -- A shared family mailbox says nothing alone: such answers carry a number or a ticket, or are not asked for.
        case when is_anonymous then 'nobody' when ticket_id is not null and way < 0.4 then 'ticket' when has_number and (way < 0.7 or family_mail is not null) then 'number'
             when family_mail is null then 'mail' when ticket_id is not null then 'ticket' else 'not asked' end as known_by
    from known where answered_at < getvariable('plan_end')
), fated as (
    select
        *,
        rnd(draw, 'fate') as fate,
        row_number() over (order by answered_at, person_no, slot) as response_no,
        date_trunc('milliseconds', answered_at) as done_at
    from named where known_by <> 'not asked'
)
select
    * exclude (fate, done_at),
    (118000000000 + response_no)::varchar as id,
    case when fate < 0.06 then 'in two steps' when fate < 0.08 then 'edited' when fate < 0.12 then 'abandoned' when fate < 0.13 then 'left half-way' else 'at once' end as fate_name,
    done_at - to_seconds(30 + floor(rnd(draw, 'time') * 400)::bigint) as begun_at,
    if(fate_name = 'in two steps', days_later(begun_at, 0.01 + 2 * rnd(draw, 'second step')), done_at) as done_at,
    case when fate_name = 'edited' then days_later(done_at, 1 + 4 * rnd(draw, 'edit')) end as edited_at,
    case when fate_name = 'abandoned' and rnd(draw, 'purged') < 0.6 then days_later(done_at, 5 + 40 * rnd(draw, 'purged at')) end as gone_at
from fated;

create temp table response_version as
select
    * replace (
        case when not answers then null when tick >= edited_at and nps is not null then greatest(nps - 1, 0) else nps end as nps,
        if(answers, csat, null) as csat,
        if(answers and fate_name <> 'left half-way', ces, null) as ces
    ),
    if(answers and fate_name <> 'left half-way', 'completed', 'partial') as response_status
from (
    select
        *, fate_name <> 'abandoned' and tick >= done_at as answers
    from (
        select *, unnest(list_distinct(list_filter([if(fate_name = 'in two steps', begun_at, done_at), done_at, edited_at, gone_at], x -> x is not null))) as tick
        from response
    )
)
where tick < getvariable('plan_end');

insert into vendor.surveymonkey__responses by name
with worded as (
    select
        *,
        case when not answers or rnd(draw, 'words') > 0.45 then null
             when coalesce(nps / 10, csat / 5) >= 0.85 then pick(getvariable('praise'), draw, 'praise')
             when coalesce(nps / 10, csat / 5) >= 0.65 then pick(getvariable('shrugs'), draw, 'shrug')
             else pick(getvariable('complaints'), draw, 'complaint') end as words
    from response_version
), answered as (
    select
        *,
        nullif(concat_ws(',',
            '{"id":"610000001","answers":[{"row_id":"6100000010","choice_id":"' || (61000000101 + nps) || '"}]}',
            if(survey_id = '410000001', '{"id":"610000002","answers":[{"text":"' || words || '"}]}', null),
            '{"id":"610000003","answers":[{"row_id":"6100000030","choice_id":"' || (61000000300 + csat) || '"}]}',
            '{"id":"610000004","answers":[{"row_id":"6100000040","choice_id":"' || (61000000400 + ces) || '"}]}',
            if(survey_id = '410000002', '{"id":"610000005","answers":[{"text":"' || words || '"}]}', null)), '') as questions
    from worded
)
select
    id, survey_id, (420000000 + right(survey_id, 1)::int)::varchar as collector_id, '' as recipient_id, response_status, 'default' as collection_mode,
    (epoch_ms(done_at) - epoch_ms(begun_at)) // 1000 as total_time,
    case when known_by = 'mail' or (known_by = 'number' and family_mail is null and way > 0.6) then mail_variant(main_mail, draw, 'survey mail') end as email,
    if(known_by = 'number', erp_number, null) as customer_number,
    if(known_by <> 'nobody', ticket_id::varchar, null) as ticket_id,
    '' as custom_value,
    '[{"id":"' || if(survey_id = '410000001', '510000001', '510000002') || '","questions":[' || coalesce(questions, '') || ']}]' as pages,
    begun_at as created_at, tick as modified_at, tick as _visible_at, coalesce(tick >= gone_at, false) as _is_gone
from answered;

create table truth.answer_versions as
select
    id as response_id, survey_id, if(known_by = 'nobody', null, person_id) as person_id, metric, score, tick::timestamptz as responded_at, tick::timestamptz as visible_at
from response_version, lateral (values ('nps', nps), ('csat', csat), ('ces', ces)) m(metric, score)
where score is not null;

insert into truth.request_versions
select id, 'survey', begun_at::timestamptz, answers, response_status = 'completed', tick::timestamptz, coalesce(tick >= gone_at, false), 'surveymonkey'
from response_version;

insert into truth.record_owner
select 'surveymonkey', 'responses', id, person_id from response where known_by <> 'nobody';

-- The surveys themselves: the count of answers moves daily, the wording once (ten days into the demo).
insert into vendor.surveymonkey__surveys by name
with days as (
    select unnest(generate_series(getvariable('history_start'), getvariable('plan_end') - to_hours(7), to_days(1))) as tick
), first_told as (
    select survey_id, min(modified_at) as first_at from vendor.surveymonkey__responses group by survey_id, id
), per_day as (
    select survey_id, date_trunc('day', first_at::timestamp) + to_days(1) as counted_at, count(*) as answers from first_told group by all
)
select
    q.id, q.title, '' as nickname, 'en' as language, q.question_count,
    coalesce((select sum(answers) from per_day where survey_id = q.id and counted_at <= d.tick), 0)::bigint as response_count,
    getvariable('history_start') as created_at,
    if(d.tick > getvariable('start') + to_days(10), getvariable('start') + to_days(10), getvariable('history_start')) as modified_at,
    d.tick as _visible_at, false as _is_gone
from questionnaire q, days d
where d.tick = getvariable('history_start') or d.tick > getvariable('start') - to_days(40);

insert into vendor.surveymonkey__survey_details by name
select id, title, pages, getvariable('history_start') as modified_at, getvariable('history_start') as _visible_at, false as _is_gone from questionnaire
union all by name
select id, title, revised_pages as pages, getvariable('start') + to_days(10) as modified_at, getvariable('start') + to_days(10) as _visible_at, false as _is_gone from questionnaire;
