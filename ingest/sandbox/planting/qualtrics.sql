-- Qualtrics: how clients see us some weeks after they bought, and again half a year later; a second questionnaire whose
-- effort question says nowhere which end is good. Edited answers keep their recording date; previews by our own people are purged,
-- the last of them on the day after the start, when a new one is made.

set variable relationship_survey = 'SV_0aurora0relate1';
set variable arrival_survey = 'SV_0aurora0arrive1';

create temp table qualtrics_asked as
with panel as (
    select * from person
    where buys and not is_test and buys_at < getvariable('plan_end') and rnd(person_no, 'relationship panel') < 0.34
), asked as (
    select
        person_no, 'relationship' || k as slot, getvariable('relationship_survey') as survey_id,
        days_later(buys_at, 12 + 14 * rnd(person_no, 'relationship day' || k) + 180 * k) as answered_at
    from panel, range(3) t(k) where rnd(person_no, 'relationship answer' || k) < 0.55
    union all
    select person_no, 'arrival', getvariable('arrival_survey'), days_later(buys_at, 4 + 3 * rnd(person_no, 'arrival day'))
    from panel where rnd(person_no, 'arrival answer') < 0.3
)
-- Those about to leave are asked by others.
select * from asked a
where answered_at < getvariable('plan_end') and not exists (
    from subscription s where s.person_no = a.person_no and s.ends_by = 'voluntary'
        and a.answered_at between s.canceled_at - to_days(21) and s.canceled_at
);

create temp table qualtrics_response as
with known as (
    select
        a.slot, a.survey_id, date_trunc('milliseconds', a.answered_at) as recorded_at, p.*,
        p.person_no || a.slot as draw, near_outage(a.answered_at) as is_upset, erp_at < a.answered_at as has_number,
        rnd(draw, 'relationship fate') as fate, rnd(draw, 'relationship way') as way
    from qualtrics_asked a join person p using (person_no)
), named as (
    select
        *,
        case when rnd(draw, 'nameless') < 0.03 then 'nobody' when has_number and (way < 0.6 or family_mail is not null) then 'number'
             when family_mail is null then 'mail' else 'not asked' end as known_by,
        case when fate < 0.03 then 'edited' when fate < 0.07 then 'left at once' when fate < 0.1 then 'left half-way' else 'whole' end as fate_name
    from known
)
select
    *,
    'R_' || substr(digest('qualtrics response', draw), 1, 15) as id,
    recorded_at - to_seconds(floor(40 + rnd(draw, 'relationship time') * 300)::bigint) as begun_at,
    0 as vendor_status,
    case when survey_id = getvariable('relationship_survey') and fate_name <> 'left at once'
         then least(greatest(round(8.4 + 1.3 * mood + 1.2 * gauss(draw, 'relationship nps') - if(is_upset, 3, 0)), 0), 10)::int end as nps,
    case when nps is not null and fate_name <> 'left half-way'
         then least(greatest(round(4.2 + 0.5 * mood + 0.7 * gauss(draw, 'relationship csat') - if(is_upset, 1.2, 0)), 1), 5)::int end as csat,
    case when nps is not null and fate_name <> 'left half-way' and rnd(draw, 'relationship skips') >= 0.15
         then least(greatest(round(5.5 + 0.6 * mood + 1.1 * gauss(draw, 'relationship ces') - if(is_upset, 1.5, 0)), 1), 7)::int end as ces,
    case when survey_id = getvariable('arrival_survey') and fate_name <> 'left at once' then 1 + floor(rnd(draw, 'effort') * 5)::int end as effort,
    -- An edit of the first days of the plan is made later: only a full export shows it, and that runs once a week.
    case when fate_name = 'edited' and nps is not null then days_later(recorded_at, 1 + 20 * rnd(draw, 'relationship edit')) end as edit_at,
    if(edit_at between getvariable('start') and getvariable('start') + to_days(3), edit_at + to_days(3), edit_at) as edited_at,
    case when fate_name = 'left at once' and rnd(draw, 'relationship purge') < 0.6 then days_later(recorded_at, 5 + 40 * rnd(draw, 'purge')) end as gone_at
from named where known_by <> 'not asked'
union all by name
select
    'R_' || substr(digest('qualtrics preview', i), 1, 15) as id, getvariable('relationship_survey') as survey_id, 'preview' || i as draw,
    getvariable('history_start') + to_days(6 + 45 * i) + to_hours(11) as recorded_at, recorded_at - to_minutes(2) as begun_at,
    'nobody' as known_by, 'whole' as fate_name, 1 as vendor_status, 10 as nps, 5 as csat, 7 as ces, recorded_at + to_days(45) as gone_at
from range(13) t(i);

create temp table qualtrics_response_version as
select * replace (if(tick >= edited_at, greatest(nps - 2, 0), nps) as nps)
from (select *, unnest(list_filter([recorded_at, edited_at, gone_at], x -> x is not null)) as tick from qualtrics_response)
where tick < getvariable('plan_end');

insert into vendor.qualtrics__responses by name
with worded as (
    select
        *,
        case when fate_name like 'left%' or vendor_status = 1 or rnd(draw, 'relationship words') > 0.4 then null
             when coalesce(nps / 10, (6 - effort) / 5) >= 0.85 then pick(getvariable('praise'), draw, 'praise')
             when coalesce(nps / 10, (6 - effort) / 5) >= 0.65 then pick(getvariable('shrugs'), draw, 'shrug')
             else pick(getvariable('complaints'), draw, 'complaint') end as words,
        known_by in ('mail', 'number') as is_invited,
        case when known_by = 'mail' or (known_by = 'number' and family_mail is null and way > 0.5) then mail_variant(main_mail, draw, 'relationship mail') end as mail,
        mail is not null and rnd(draw, 'relationship name') < 0.5 as is_named
    from qualtrics_response_version
), told as (
    select
        *,
        json_merge_patch('{}'::json, json_object(
            'startDate', strftime(begun_at, '%Y-%m-%dT%H:%M:%SZ'), 'endDate', strftime(recorded_at, '%Y-%m-%dT%H:%M:%SZ'),
            'recordedDate', strftime(recorded_at, '%Y-%m-%dT%H:%M:%S.%gZ'), '_recordId', id, 'status', vendor_status,
            'ipAddress', '203.0.113.' || (hash(id) % 250)::varchar, 'locationLatitude', '52.5200', 'locationLongitude', '13.4050',
            'progress', if(fate_name like 'left%', 40, 100), 'duration', (epoch_ms(recorded_at) - epoch_ms(begun_at)) // 1000,
            'finished', (fate_name not like 'left%')::int, 'distributionChannel', case when vendor_status = 1 then 'preview' when is_invited then 'email' else 'anonymous' end,
            'userLanguage', if(coalesce(country, 'DE') in ('DE', 'AT'), 'DE', 'EN'),
            'recipientEmail', mail, 'recipientFirstName', if(is_named, first_name, null), 'recipientLastName', if(is_named, last_name, null),
            'externalDataReference', if(known_by = 'number', erp_number, null),
            'QID1', nps, 'QID1_NPS_GROUP', case when nps >= 9 then 3 when nps >= 7 then 2 else 1 end + if(nps is null, null, 0),
            'QID2', csat, 'QID3_TEXT', if(effort is null, words, null), 'QID4', ces, 'QID11', effort, 'QID12_TEXT', if(effort is null, null, words)
        )) as told_values
    from worded
)
select
    id, survey_id, vendor_status as status, (told_values ->> 'finished')::bigint as finished, (told_values ->> 'progress')::bigint as progress,
    (told_values ->> 'duration')::bigint as duration_seconds, told_values ->> 'distributionChannel' as distribution_channel, told_values ->> 'userLanguage' as language,
    told_values ->> 'recipientEmail' as recipient_email, told_values ->> 'recipientFirstName' as recipient_first_name,
    told_values ->> 'recipientLastName' as recipient_last_name, told_values ->> 'externalDataReference' as external_reference,
    told_values::varchar as answer_values, date_trunc('second', begun_at) as started_at, date_trunc('second', recorded_at) as ended_at, recorded_at,
    tick as _visible_at, coalesce(tick >= gone_at, false) as _is_gone
from told;

insert into truth.answer_versions
select
    id as response_id, survey_id, if(known_by = 'nobody', null, person_id) as person_id, metric, score, recorded_at::timestamptz as responded_at,
    tick::timestamptz as visible_at
from qualtrics_response_version, lateral (values ('nps', nps), ('csat', csat), ('ces', ces)) m(metric, score)
where score is not null and vendor_status = 0;

insert into truth.request_versions
select id, 'survey', date_trunc('second', begun_at)::timestamptz, fate_name <> 'left at once', fate_name not like 'left%', tick::timestamptz, coalesce(tick >= gone_at, false),
    'qualtrics'
from qualtrics_response_version where vendor_status = 0;

insert into truth.record_owner
select 'qualtrics', 'responses', id, person_id from qualtrics_response where known_by <> 'nobody';

-- The questionnaires. Satisfaction is listed from good to bad, so that a choice's number is not its value.
create temp table qualtrics_questions as
with choices as (
    select 'QID1' as qid, i::varchar as choice, i::varchar as label, i as value from range(11) t(i)
    union all
    select 'QID2', i::varchar, ['Extremely satisfied', 'Satisfied', 'Neither', 'Dissatisfied', 'Extremely dissatisfied'][i], 6 - i from range(1, 6) t(i)
    union all
    select 'QID4', i::varchar, case i when 1 then 'Strongly disagree' when 7 then 'Strongly agree' else i::varchar end, i from range(1, 8) t(i)
    union all
    select 'QID11', i::varchar, i::varchar, i from range(1, 6) t(i)
), listed as (
    select
        qid,
        ('{' || string_agg(to_json(choice) || ':' || json_object('Display', label), ',' order by value) || '}')::json as shown,
        ('{' || string_agg(to_json(choice) || ':' || to_json(value::varchar), ',' order by value) || '}')::json as recodes
    from choices group by qid
), texts as (
    select * from (values
        (getvariable('relationship_survey'), 'QID1', 'MC', 'NPS', 'How likely are you to recommend Aurora Home?'),
        (getvariable('relationship_survey'), 'QID2', 'MC', 'SAVR', 'How satisfied are you with Aurora Home overall?'),
        (getvariable('relationship_survey'), 'QID3', 'TE', 'SL', 'What should we know?'),
        (getvariable('relationship_survey'), 'QID4', 'MC', 'SAHR', 'Aurora Home made it easy to buy what I wanted.'),
        (getvariable('arrival_survey'), 'QID11', 'MC', 'SAHR', 'How was the effort of receiving your parcel?'),
        (getvariable('arrival_survey'), 'QID12', 'TE', 'SL', 'Anything about the delivery?')
    ) t(survey_id, qid, type, selector, wording)
)
select
    survey_id, count(*) as question_count,
    '{' || string_agg(to_json(qid) || ':' || json_merge_patch('{}'::json, json_object(
        'QuestionID', qid, 'DataExportTag', replace(qid, 'QID', 'Q'), 'QuestionText', wording || mark, 'QuestionDescription', wording,
        'QuestionType', type, 'Selector', selector, 'Choices', shown, 'RecodeValues', recodes)), ',' order by length(qid), qid) || '}' as questions,
    tick
from texts left join listed using (qid)
cross join (values ('', getvariable('history_start')), (' (Please be frank.)', getvariable('start') + to_days(10))) version(mark, tick)
group by survey_id, tick;

insert into vendor.qualtrics__survey_definitions by name
select
    survey_id as id, if(survey_id = getvariable('relationship_survey'), 'How you see us', 'Your delivery') as name, 'Active' as status, question_count, questions,
    tick as modified_at, tick as _visible_at, false as _is_gone
from qualtrics_questions;

insert into vendor.qualtrics__surveys by name
select
    id, name, 'UR_0aurora0000000001' as owner_id, not (id = getvariable('arrival_survey') and _visible_at > getvariable('start')) as is_active,
    getvariable('history_start') as created_at, modified_at, _visible_at, false as _is_gone
from vendor.qualtrics__survey_definitions;
