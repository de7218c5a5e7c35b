-- HubSpot: contacts (with duplicates and merges), organisations, deals, and which belong to which.
-- A record's versions are its instants of change; each attribute is read off the plan as of that instant.

create temp table merging as
select * from person
where contact_at is not null and not is_test and rnd(person_no, 'merged') < if(payer_at > days_later(contact_at, 2), 0.06, 0.012);

create temp table contact as
select
    person_no, 'primary' as part, (20000000000 + person_no * 10 + 1)::varchar as id, contact_at as born_at, main_mail as mail, null::timestamp as merged_at
from person where contact_at is not null
union all
select
    person_no, 'duplicate', (20000000000 + person_no * 10 + 2)::varchar, days_later(contact_at, 3 + 200 * rnd(person_no, 'dup age')),
    upper(main_mail[1:4]) || main_mail[5:], null
from person where contact_at is not null and not is_test and rnd(person_no, 'duplicate') < 0.02
union all
select
    person_no, 'loser', (20000000000 + person_no * 10 + 2 + k)::varchar as id,
    -- Before the payer record where there is time for it, so that payment data may name the record that is merged away later.
    days_later(contact_at, least(1 + 60 * rnd(person_no, 'loser age' || k), coalesce(nullif(greatest(date_diff('day', contact_at, payer_at) - 1, 0), 0), 61))) as born_at,
    mail_variant(main_mail, person_no, 'loser' || k), days_later(born_at, 5 + 110 * rnd(person_no, 'merge' || k))
from merging, range(1, 3) t(k)
where k = 1 or rnd(person_no, 'second loser') < 0.2;

create temp table contact_life as
with fates as (
    select
        c.*, p.* exclude (person_no),
        rnd(c.id, 'fate') as fate,
        case
            when part = 'duplicate' and fate < 0.25 then days_later(born_at, 10 + 200 * rnd(c.id, 'archived'))
            when part = 'primary' and fate < 0.06 and not buys and erp_at is null and payer_at is null
                    and rnd(c.person_no, 'duplicate') >= 0.02 and c.person_no not in (select person_no from merging) then days_later(born_at, 10 + 300 * rnd(c.id, 'archived'))
        end as archived_at,
        case when part = 'duplicate' and fate > 0.8 then days_later(born_at, 10 + 300 * rnd(c.id, 'forgotten')) else merged_at end as gone_at,
        case when is_erp_linked and part = 'primary' then greatest(born_at, erp_at - to_milliseconds(60000)) end as erp_known_at,
        case when buys_at < getvariable('plan_end') then greatest(born_at, days_later(buys_at, 0.01)) end as customer_at,
        case when fate between 0.3 and 0.4 then moment(c.id, 'moved', born_at, getvariable('plan_end')) end as moved_at,
        case when fate between 0.4 and 0.46 then moment(c.id, 'opt out', born_at, getvariable('plan_end')) end as opted_out_at,
        case when fate between 0.46 and 0.52 and born_at < getvariable('start') then moment(c.id, 'called', getvariable('start'), getvariable('plan_end')) end as called_at
    from contact c join person p using (person_no)
)
select
    f.*,
    losers,
    list_filter(list_distinct([born_at, archived_at, gone_at, erp_known_at, customer_at, moved_at, opted_out_at, called_at]
            || coalesce([l.merged_at for l in losers], [])),
        tick -> tick is not null and tick <= least(coalesce(archived_at, tick), coalesce(gone_at, tick))) as changes
from fates f
left join (select person_no, list({'id': id, 'merged_at': merged_at} order by id) as losers from contact where part = 'loser' group by person_no) l
    on l.person_no = f.person_no and f.part = 'primary';

insert into vendor.hubspot__contacts by name
select
    id,
    mail as email,
    if(rnd(id, 'no first') < 0.05 and family_mail is null, null, if(nickname is not null and rnd(id, 'nick') < 0.6, nickname, first_name)) as first_name,
    if(rnd(id, 'no last') < 0.05 and family_mail is null, null, last_name) as last_name,
    if(rnd(id, 'phone') < 0.7, phone_variant(phone, id, 'phone style'), null) as phone,
    if(rnd(id, 'mobile') < 0.15, phone_variant(phone, id, 'mobile style'), null) as mobile_phone,
    if(tick >= moved_at, 'Neue Straße 7', street) as address,
    if(tick >= moved_at, pick(getvariable('cities')[country], id, 'moved').name, place_of_living.name) as city,
    if(tick >= moved_at, pick(getvariable('cities')[country], id, 'moved').code, place_of_living.code) as postal_code,
    country,
    if(org_no is null, null, org_word || ' GmbH') as company,
    case when tick >= customer_at then 'customer' when rnd(id, 'stage') < 0.5 then 'lead' else 'marketingqualifiedlead' end as lifecycle_stage,
    if(met_in_campaign and not came_directly, 'PAID_SOCIAL', pick(getvariable('lead_sources'), person_no, 'source')) as original_source,
    if(part = 'primary', handle, null) as twitter_handle,
    if(tick >= erp_known_at, erp_number, null) as erp_customer_number,
    nullif(array_to_string([l.id for l in losers if l.merged_at <= tick], ';'), '') as merged_contact_ids,
    coalesce(tick >= opted_out_at, false) as is_opted_out,
    born_at as created_at,
    tick as updated_at,
    coalesce(tick >= archived_at, false) as archived,
    if(tick >= archived_at, archived_at, null) as archived_at,
    tick as _visible_at,
    coalesce(tick >= gone_at, false) as _is_gone
from (select *, unnest(changes) as tick from contact_life)
where tick < getvariable('plan_end');

create table truth.contact_versions as
select p.person_id, v.id as contact_id, v.created_at, v.archived, v._visible_at as visible_at, v._is_gone as is_gone, lower(v.original_source) as lead_source
from vendor.hubspot__contacts v join contact c using (id) join person p using (person_no);

-- Who objects to advertising; the vendor tells the flag, and when the record was changed last.
create table truth.objection_versions as
select v.id as record_id, p.person_id, v.is_opted_out as objects, v.updated_at::timestamptz as told_at, v._visible_at::timestamptz as visible_at, v._is_gone as is_gone
from vendor.hubspot__contacts v join contact c using (id) join person p using (person_no);

create temp table organisation as
select
    org_no, any_value(org_word) as name, any_value(org_domain) as domain, any_value(country) as country, any_value(place_of_living.name) as city,
    (30000000000 + org_no)::varchar as id, days_later(min(met_at), -1) as born_at
from person where org_no is not null group by org_no;

insert into vendor.hubspot__companies by name
select
    id, name || ' GmbH' as name, domain, '+49 40 66969' || lpad(org_no::varchar, 4, '0') as phone, city, country,
    pick(getvariable('industries'), if(tick > born_at, -org_no, org_no), 'industry') as industry,
    born_at as created_at, tick as updated_at, coalesce(tick >= archived_at, false) as archived, if(tick >= archived_at, archived_at, null) as archived_at,
    tick as _visible_at, false as _is_gone
from (
    select *, unnest(list_filter([born_at, revised_at, archived_at], x -> x is not null)) as tick
    from (
        select *,
            if(rnd(org_no, 'revised') < 0.2, moment(org_no, 'revised at', born_at, getvariable('plan_end')), null) as revised_at,
            if(rnd(org_no, 'archived') < 0.02, getvariable('plan_end') - to_days(floor(rnd(org_no, 'archived at') * 60)::int), null) as archived_at
        from organisation
    )
)
where tick < getvariable('plan_end') and tick >= born_at and tick <= coalesce(archived_at, tick);

create temp table deal as
select
    (40000000000 + row_number() over (order by org_no, k))::varchar as id, org_no, k, o.born_at as org_born_at, o.name, o.country,
    moment(org_no, 'deal' || k, greatest(o.born_at, getvariable('history_start')), getvariable('plan_end')) as opened_at,
    days_later(opened_at, 5 + 60 * rnd(org_no, 'closing' || k)) as closed_at,
    rnd(org_no, 'won' || k) < 0.55 as is_won,
    500 + floor(rnd(org_no, 'worth' || k) * 20000) as amount
from organisation o, range(3) t(k) where rnd(org_no, 'deals') > 0.25 * k;

insert into vendor.hubspot__deals by name
select
    id, name || ' fit-out ' || (k + 1) as deal_name, amount,
    case country when 'US' then 'USD' when 'GB' then 'GBP' when 'JP' then 'JPY' else 'EUR' end as currency_code,
    'default' as pipeline,
    case when tick < closed_at then 'appointmentscheduled' when is_won then 'closedwon' else 'closedlost' end as deal_stage,
    closed_at, tick >= closed_at and is_won as is_closed_won,
    opened_at as created_at, tick as updated_at, false as archived, null as archived_at, tick as _visible_at, false as _is_gone
from (select *, unnest([opened_at, closed_at]) as tick from deal) where tick < getvariable('plan_end');

-- Associations, told again with every version of their from-object.
insert into vendor.hubspot__deal_contacts by name
select
    d.id as from_id,
    '[' || string_agg('{"toObjectId":' || c.id || ',"associationTypes":[{"category":"HUBSPOT_DEFINED","typeId":3,"label":null}]}', ',' order by c.id) || ']' as to_ids,
    v._visible_at, false as _is_gone
from deal d
join vendor.hubspot__deals v on v.id = d.id
join person p on p.org_no = d.org_no and (p.member_no + d.k) % 3 = 0
join contact c on c.person_no = p.person_no and c.part = 'primary' and c.born_at <= v._visible_at
group by d.id, v._visible_at;

insert into vendor.hubspot__contact_companies by name
select
    v.id as from_id,
    '[{"toObjectId":' || o.id || ',"associationTypes":[{"category":"HUBSPOT_DEFINED","typeId":1,"label":"Primary"}]}]' as to_ids,
    v._visible_at, v._is_gone
from vendor.hubspot__contacts v
join contact c using (id) join person p using (person_no) join organisation o using (org_no);

insert into truth.record_owner
select 'hubspot', 'contacts', c.id, p.person_id from contact c join person p using (person_no) where c.born_at < getvariable('plan_end');
