-- The home-care service: some clients near by are patients there, are visited by appointment or in need, and say how it was.
-- Patients are entered twice now and then: the second record is merged away, or deleted at once.

-- An instant as a clinic writes it: whole seconds, with Berlin's offset.
create temp macro with_offset(tick) as
    strftime((tick at time zone 'UTC') at time zone 'Europe/Berlin', '%Y-%m-%dT%H:%M:%S')
    || if(date_diff('hour', tick, (tick at time zone 'UTC') at time zone 'Europe/Berlin') = 2, '+02:00', '+01:00');
create temp macro to_the_ms(tick) as date_trunc('milliseconds', tick);
-- The search index shows some versions only minutes later.
create temp macro when_indexed(tick, id) as if(rnd(id, 'index' || epoch_ms(tick)) < 0.03, tick + to_minutes(6), tick);

create temp macro discharged_to(id) as pick(['home', 'home', 'home', 'home', 'snf', 'aadvice', 'other-hcf'], id, 'discharged');

create temp table care_client as
select
    *, to_the_ms(days_later(buys_at, 8 + 90 * rnd(person_no, 'care begins'))) as care_from,
    date '1932-01-01' + floor(rnd(person_no, 'birth') * 26000)::int as birth_date,
    first_shop_at is not null and erp_at < care_from and rnd(person_no, 'care number') < 0.35 as has_number
from person
where buys and not is_test and country in ('DE', 'AT') and rnd(person_no, 'care client') < 0.3 and care_from < getvariable('plan_end');

create temp table patient as
with parts as (
    select *, 'own' as part, care_from as born_at, null::timestamp as gone_at from care_client
    union all
    select *, 'again', to_the_ms(days_later(care_from, 10 + 120 * rnd(person_no, 'entered again'))), null
    from care_client where rnd(person_no, 'twice a patient') < 0.08
    union all
    select *, 'mistake', care_from + to_seconds(140), to_the_ms(days_later(care_from, 0.5 + 2 * rnd(person_no, 'noticed')))
    from care_client where rnd(person_no, 'entered by mistake') < 0.04
)
select
    *, guid('patient', person_no || part) as id,
    -- Merged records name each other from one and the same moment on.
    if(part <> 'mistake', to_the_ms(max(if(part = 'again', days_later(born_at, 3 + 40 * rnd(person_no, 'merged')), null)) over (partition by person_no)), null) as merged_at,
    if(part = 'own' and rnd(person_no, 'moved house') < 0.12, to_the_ms(moment(person_no, 'house', care_from + to_hours(2), getvariable('plan_end'))), null) as moved_at
from parts where born_at < getvariable('plan_end');

insert into vendor.fhir__patients by name
select
    id,
    row_number() over (partition by id order by tick)::varchar as version_id,
    to_json(list_filter([
        json_object('use', 'usual', 'type', json_object('coding', [json_object('system', 'http://terminology.hl7.org/CodeSystem/v2-0203', 'code', 'MR')]),
            'system', 'https://care.aurora-home.example/mrn', 'value', 'M' || lpad((person_no * 3 + if(part = 'own', 0, if(part = 'again', 1, 2)))::varchar, 7, '0')),
        if(has_number, json_object('system', 'https://aurora-home.example/customer-number', 'value', erp_number), null)
    ], x -> x is not null))::varchar as identifiers,
    not coalesce(part = 'again' and tick >= merged_at, false) as active,
    to_json(list_filter([
        json_object('use', 'official', 'family', last_name, 'given', [first_name]),
        if(nickname is not null, json_object('use', 'nickname', 'given', [nickname]), null)
    ], x -> x is not null))::varchar as names,
    to_json(list_filter([
        if(rnd(person_no, 'old line') < 0.1, json_object('system', 'phone', 'use', 'old', 'value', '030 23125 0' || lpad((person_no % 1000)::varchar, 3, '0'), 'period', json_object('end', '2019')), null),
        if(phone is not null, json_object('system', 'phone', 'use', 'home', 'value', phone_variant(phone, person_no, 'care phone')), null),
        if(not (has_number and rnd(person_no, 'no mail') < 0.4), json_object('system', 'email', 'value', mail_variant(main_mail, person_no, 'care mail' || part)), null)
    ], x -> x is not null))::varchar as telecom,
    pick(['female', 'male', 'unknown'], person_no, 'gender') as gender,
    case when rnd(person_no, 'birth known') < 0.04 then strftime(birth_date, '%Y') else strftime(birth_date, '%Y-%m-%d') end as birth_date,
    false as is_deceased,
    to_json([json_object('use', 'home', 'line', [if(tick >= moved_at, 'Neue Straße 7', street)], 'city', place_of_living.name, 'postalCode', place_of_living.code, 'country', country)])::varchar as addresses,
    if(tick >= merged_at, to_json([json_object('other', json_object('reference', 'Patient/' || other_id), 'type', if(part = 'own', 'replaces', 'replaced-by'))])::varchar, null) as links,
    tick as last_updated_at, tick as _visible_at, coalesce(tick >= gone_at, false) as _is_gone
from (select *, unnest(list_distinct(list_filter([born_at, moved_at, merged_at, gone_at], x -> x is not null))) as tick from patient) v
left join (select id as other_id, person_no as other_no, part as other_part from patient where part <> 'mistake') o on other_no = person_no and other_part <> part and part <> 'mistake'
where tick < getvariable('plan_end');

create temp table visit as
with planned as (
    select
        c.*, k, person_no * 16 + k as visit_no,
        berlin_midnight(berlin_day(days_later(care_from, 4 + 24 * k + 9 * rnd(person_no, 'visit day' || k))))
            + to_minutes(480 + 30 * floor(rnd(person_no, 'visit slot' || k) * 18)::bigint) as starts_at
    from care_client c, range(16) t(k) where k < 1 + floor(exponential(person_no, 'visits') * 8)
), booked as (
    select
        *, starts_at + to_minutes([45, 60, 90][1 + floor(rnd(visit_no, 'visit length') * 3)::int]) as ends_at,
        to_the_ms(greatest(care_from + to_hours(1), days_later(starts_at, -3 - 9 * rnd(visit_no, 'booked')))) as booked_at,
        rnd(visit_no, 'visit fate') as fate
    from planned
)
select
    b.*, guid('appointment', visit_no) as id,
    case when fate < 0.04 then 'deleted' when fate < 0.14 then 'cancelled' when fate < 0.21 then 'noshow' else 'fulfilled' end as fate_name,
    to_the_ms(case fate_name
        when 'deleted' then booked_at + to_hours(2)
        when 'cancelled' then moment(visit_no, 'cancels', booked_at + to_minutes(30), starts_at)
        when 'noshow' then seconds_later(starts_at, 1800 + 3600 * rnd(visit_no, 'noted'))
        else seconds_later(ends_at, 600 + 3000 * rnd(visit_no, 'noted')) end) as closed_at,
    if(fate_name = 'fulfilled' and rnd(visit_no, 'visit moved') < 0.1, to_the_ms(moment(visit_no, 'moved when', booked_at + to_minutes(30), starts_at - to_hours(30))), null) as moved_at,
    -- While a second record stands unnoticed, some visits are booked on it.
    coalesce(if(rnd(visit_no, 'which record') < 0.5, (select p.id from patient p where p.person_no = b.person_no and p.part = 'again' and booked_at between p.born_at and p.merged_at), null),
        guid('patient', b.person_no || 'own')) as patient_id
from booked b where booked_at < getvariable('plan_end');

insert into vendor.fhir__appointments by name
select
    id, row_number() over (partition by id order by tick)::varchar as version_id,
    if(tick >= closed_at and fate_name <> 'deleted', fate_name, 'booked') as status,
    if(tick >= closed_at and fate_name = 'cancelled', to_json(json_object('coding', [json_object('system', 'http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason', 'code', 'pat')], 'text', 'Patient'))::varchar, null) as cancelation_reason,
    '[{"coding":[{"system":"https://care.aurora-home.example/services","code":"home-visit"}],"text":"Home visit"}]' as service_types,
    to_json([
        json_object('actor', json_object('reference', 'Patient/' || patient_id, 'display', first_name || ' ' || last_name), 'status', 'accepted'),
        json_object('actor', json_object('reference', 'Practitioner/carer-' || (visit_no % 7)::int), 'status', 'accepted')
    ])::varchar as participants,
    if(tick < moved_at, starts_at - to_days(1), starts_at) as starts_at, if(tick < moved_at, ends_at - to_days(1), ends_at) as ends_at,
    with_offset(booked_at) as created,
    tick as last_updated_at, tick as _visible_at, tick >= closed_at and fate_name = 'deleted' as _is_gone
from (select *, unnest(list_distinct(list_filter([booked_at, if(moved_at > booked_at, moved_at, null), closed_at], x -> x is not null))) as tick from visit)
where tick < getvariable('plan_end');

-- Encounters: what an appointment led to, calls in need, and short stays, some of which are followed by another within the month.
create temp table stay as
with first_stays as (
    select *, person_no * 4 as stay_no, days_later(care_from, 15 + 200 * rnd(person_no, 'stay')) as admitted_at
    from care_client where rnd(person_no, 'stays') < 0.15
)
select stay_no, person_no, person_id, to_the_ms(admitted_at) as starts_at, to_the_ms(days_later(admitted_at, 2 + 7 * rnd(stay_no, 'nights'))) as ends_at, false as is_return from first_stays
union all
select stay_no + 1, person_no, person_id, to_the_ms(days_later(admitted_at, 12 + 20 * rnd(stay_no, 'returns'))), to_the_ms(days_later(admitted_at, 34 + 5 * rnd(stay_no, 'again'))), true
from first_stays where rnd(stay_no, 'comes back') < 0.3;

create temp table encounter as
select
    guid('encounter', visit_no) as id, person_no, person_id, patient_id, id as appointment_id, 'HH' as class_code, 'home health' as class_name, 'Home visit' as type_name,
    'R' as priority_code, starts_at, ends_at, closed_at as noted_at, if(rnd(visit_no, 'wrong chart') < 0.01, closed_at + to_days(2), null) as withdrawn_at
from visit where fate_name = 'fulfilled'
union all
select
    guid('encounter', 'call' || person_no || k), person_no, person_id, guid('patient', person_no || 'own'), null, 'EMER', 'emergency', 'Emergency call',
    'EM', called_at, called_at + to_minutes(50), called_at + to_minutes(80), null
from (select *, to_the_ms(moment(person_no, 'call' || k, care_from + to_days(1), getvariable('plan_end'))) as called_at
    from care_client, range(3) t(k) where k < floor(exponential(person_no, 'calls') * 0.6))
union all
select
    guid('encounter', 'stay' || stay_no), person_no, person_id, guid('patient', person_no || 'own'), null, 'IMP', 'inpatient encounter', 'Short-term care',
    if(if(is_return, rnd(stay_no, 'returns as planned') > 0.3, rnd(stay_no, 'planned') < 0.4), 'UR', 'EL'), starts_at, ends_at, ends_at + to_hours(3), null
from stay;

insert into vendor.fhir__encounters by name
select
    id, row_number() over (partition by id order by tick)::varchar as version_id,
    case when tick >= withdrawn_at then 'entered-in-error' when tick >= noted_at then 'finished' else 'in-progress' end as status,
    to_json(json_object('system', 'http://terminology.hl7.org/CodeSystem/v3-ActCode', 'code', class_code, 'display', class_name))::varchar as class_coding,
    to_json([json_object('text', type_name)])::varchar as types,
    to_json(json_object('coding', [json_object('system', 'http://terminology.hl7.org/CodeSystem/v3-ActPriority', 'code', priority_code)]))::varchar as priority,
    'Patient/' || patient_id as subject_reference,
    if(appointment_id is null, null, to_json([json_object('reference', 'Appointment/' || appointment_id)])::varchar) as appointment_references,
    with_offset(starts_at) as period_start, if(tick >= noted_at, with_offset(ends_at), null) as period_end,
    if(class_code = 'IMP' and tick >= noted_at, '{"dischargeDisposition":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/discharge-disposition","code":"'
        || discharged_to(id) || '"}]}}', null) as hospitalization,
    tick as last_updated_at, when_indexed(tick, id) as _visible_at, false as _is_gone
from (select *, unnest(list_filter([starts_at, noted_at, withdrawn_at], x -> x is not null)) as tick from encounter)
where tick < getvariable('plan_end');

-- Stays as the clinic tells them; where somebody went and when is only told with the discharge.
create table truth.stay_versions as
select
    id as stay_id, person_id, starts_at::timestamptz as admitted_at, if(tick >= noted_at, date_trunc('second', ends_at), null)::timestamptz as discharged_at,
    priority_code = 'EL' as is_planned, if(tick >= noted_at, discharged_to(id), null) as discharged_to,
    when_indexed(tick, id)::timestamptz as visible_at
from (select *, unnest(list_filter([starts_at, noted_at], x -> x is not null)) as tick from encounter where class_code = 'IMP')
where tick < getvariable('plan_end');

-- What patients answer after a visit; some on paper, entered days later.
create temp table care_answer as
with asked as (
    select *, guid('care answer', visit_no) as answer_id, whole_second(seconds_later(ends_at, 7200 + 260000 * rnd(visit_no, 'answers when'))) as authored_at,
        rnd(visit_no, 'answer fate') as answer_fate
    from visit where fate_name = 'fulfilled' and rnd(visit_no, 'answers') < 0.45
)
select
    *,
    least(greatest(round(4.2 + 0.5 * mood + 0.8 * gauss(visit_no, 'satisfaction')), 1), 5)::int as score,
    to_the_ms(if(answer_fate < 0.1, days_later(authored_at, 2 + 7 * rnd(visit_no, 'entered')), seconds_later(authored_at, 1 + 50 * rnd(visit_no, 'sent')))) as told_at,
    if(answer_fate between 0.1 and 0.17, authored_at - to_minutes(9), null) as begun_at,
    if(answer_fate between 0.17 and 0.21, to_the_ms(days_later(told_at, 1 + 2 * rnd(visit_no, 'corrects'))), null) as amended_at,
    if(answer_fate > 0.98, to_the_ms(days_later(told_at, 6)), null) as dropped_at,
    rnd(visit_no, 'nameless answer') < 0.03 as is_nameless
from asked;

create temp table care_answer_version as
select
    *,
    case when dropped_at is not null or tick < told_at then 'in-progress' when tick >= amended_at then 'amended' else 'completed' end as answer_status,
    if(answer_status = 'in-progress', null, if(tick >= amended_at, greatest(score - 1, 1), score)) as told_score,
    case when rnd(visit_no, 'care words') > 0.4 then null when score = 5 then pick(['The carer was on time and very kind.', 'Ich fühle mich gut aufgehoben.'], visit_no, 'care praise')
         when score = 4 then 'All in order.' else pick(['Nobody told me that the carer would be late.', 'Every time somebody else comes.'], visit_no, 'care complaint') end as words
from (select *, unnest(list_distinct(list_filter([begun_at, told_at, amended_at, dropped_at], x -> x is not null))) as tick from care_answer)
where tick < getvariable('plan_end');

-- The older edition of the questionnaire has no groups and answers in decimals.
insert into vendor.fhir__questionnaire_responses by name
with worded as (
    select
        *, rnd(visit_no, 'edition') < 0.3 as is_older,
        json_object('linkId', 'satisfaction', 'text', 'How satisfied were you with the visit?', 'answer', [if(is_older, json_object('valueDecimal', told_score::double), json_object('valueInteger', told_score))]) as scored,
        if(words is null, null, json_object('linkId', 'comment', 'answer', [json_object('valueString', words)])) as said
    from care_answer_version
)
select
    answer_id as id, row_number() over (partition by answer_id order by tick)::varchar as version_id,
    'https://care.aurora-home.example/fhir/Questionnaire/aurora-care-visit|' || if(is_older, '1.0', '1.1') as questionnaire,
    answer_status as status,
    if(is_nameless, null, 'Patient/' || patient_id) as subject_reference, 'Encounter/' || guid('encounter', visit_no) as encounter_reference,
    with_offset(authored_at) as authored,
    case when told_score is null then null when is_older then to_json(list_filter([scored, said], x -> x is not null))::varchar
         else to_json([json_object('linkId', 'visit', 'text', 'Your visit', 'item', list_filter([scored, said], x -> x is not null))])::varchar end as items,
    tick as last_updated_at, when_indexed(tick, answer_id) as _visible_at, coalesce(tick >= dropped_at, false) as _is_gone
from worded;

insert into truth.answer_versions by name
select
    answer_id as response_id, 'aurora-care-visit' as survey_id, if(is_nameless, null, person_id) as person_id, 'csat' as metric, told_score as score,
    authored_at::timestamptz as responded_at, when_indexed(tick, answer_id)::timestamptz as visible_at
from care_answer_version where told_score is not null;

insert into vendor.fhir__deletions by name
select 'Patient' as resource_type, id as resource_id, last_updated_at as deleted_at, _visible_at, false as _is_gone from vendor.fhir__patients where _is_gone
union all by name
select 'Appointment' as resource_type, id as resource_id, last_updated_at as deleted_at, _visible_at, false as _is_gone from vendor.fhir__appointments where _is_gone
union all by name
select 'QuestionnaireResponse' as resource_type, id as resource_id, last_updated_at as deleted_at, _visible_at, false as _is_gone from vendor.fhir__questionnaire_responses where _is_gone;

insert into truth.record_owner
select 'fhir', 'patients', id, person_id from patient
union all
select 'fhir', 'appointments', id, person_id from visit
union all
select 'fhir', 'encounters', id, person_id from encounter where starts_at < getvariable('plan_end')
union all
select 'fhir', 'questionnaire_responses', answer_id, person_id from care_answer where not is_nameless and told_at < getvariable('plan_end');
