-- Who there is: people in households and organisations, how each may be reached, and when each first meets, buys and subscribes.
-- Blocks of thirty: two households (2 and 3 people), three employees (every third block's organisation has six), the rest single.

create temp table grouped as
with placed as (
    select person_no::int as person_no, person_no // 30 as block, person_no % 30 as place from range(getvariable('customers')) t(person_no)
)
select
    *,
    case when place < 2 then block * 2 when place < 5 then block * 2 + 1 end as household_no,
    case when place between 5 and 7 then if(block % 3 = 0, block, block - block % 3 + 1) end as org_no,
    case when place < 2 then place when place < 5 then place - 2 when place < 8 then place - 5 + if(block % 3 = 2, 3, 0) else 0 end as member_no,
    place = 29 and block % 5 = 2 as is_test,
    coalesce('h' || household_no, 'o' || org_no, 'p' || person_no) as group_key,
    case when rnd(group_key, 'country') < 0.7 then 'DE' when rnd(group_key, 'country') < 0.8 then 'AT'
         when rnd(group_key, 'country') < 0.88 then 'US' when rnd(group_key, 'country') < 0.95 then 'GB' else 'JP' end as country,
    hash(group_key, 'name', getvariable('seed')) as name_draw
from placed;

create temp table named as
select
    *,
    case country when 'US' then 'USD' when 'GB' then 'GBP' when 'JP' then 'JPY' else 'EUR' end as currency,
    if(country = 'JP',
        getvariable('japanese_first_names')[1 + ((name_draw + member_no) % len(getvariable('japanese_first_names')))::int],
        getvariable('first_names')[1 + ((name_draw + member_no) % len(getvariable('first_names')))::int]) as first_name,
    if(country = 'JP',
        pick(getvariable('japanese_last_names'), coalesce('h' || household_no, 'p' || person_no), 'last'),
        pick(getvariable('last_names'), coalesce('h' || household_no, 'p' || person_no), 'last')) as last_name,
    pick(getvariable('cities')[country], group_key, 'city') as place_of_living,
    pick(getvariable('streets'), group_key, 'street') || ' ' || (1 + floor(rnd(group_key, 'house') * 180))::int as street,
    pick(getvariable('organisations'), org_no, 'org') as org_word,
    lower(org_word) || '-' || org_no || '.example' as org_domain,
    coalesce(rnd(org_no, 'role') < 0.7, false) as has_role_mailbox
from grouped;

-- Fictional numbers only: German drama prefixes (lengthened to have enough of them), US 555-01xx, UK 496 0xxx.
create temp table phone_book as
with slots as (
    select
        person_no, country, person_no // 5 as slot,
        [['30', '23125'], ['69', '90009'], ['40', '66969'], ['221', '4710'], ['89', '99998']][1 + person_no % 5] as german,
        (['20 7946', '113 496', '114 496', '115 496', '116 496', '117 496', '118 496', '121 496', '131 496', '141 496', '151 496', '161 496'])
            [1 + person_no % 12].string_split(' ') as british
    from grouped
)
select person_no, case country
    when 'DE' then {'country': '49', 'trunk': '0', 'area': german[1], 'line': german[2] || lpad((slot * 7919 % 1000000)::varchar, 6, '0')}
    when 'US' then {'country': '1', 'trunk': '', 'area': (201 + person_no % 780)::varchar, 'line': '55501' || lpad((person_no // 780 % 100)::varchar, 2, '0')}
    when 'GB' then {'country': '44', 'trunk': '0', 'area': british[1], 'line': british[2] || lpad((person_no // 12 % 10000)::varchar, 4, '0')}
    end as phone
from slots;

-- A recycled number belonged to a stranger with another name, ninety seats earlier.
create temp table recycled as
select n.person_no, n.person_no - 90 as other_no
from named n join named former on former.person_no = n.person_no - 90
where n.person_no % 41 = 3 and n.group_key = 'p' || n.person_no and former.group_key = 'p' || former.person_no
    and former.country = n.country and former.first_name <> n.first_name and former.last_name <> n.last_name;

create temp table addressed as
with lent as (
    select
        n.*, recycled.other_no is not null as has_recycled_phone,
        -- A household shares the landline of its first member.
        case when recycled.other_no is not null then recycled.other_no
             when household_no is not null and rnd(household_no, 'landline') < 0.7 then person_no - member_no else person_no end as phone_of
    from named n left join recycled using (person_no)
)
select
    l.*, b.phone,
    mail_part(first_name) || '.' || mail_part(last_name)
        || if(org_no is null, '.' || l.person_no || '@' || pick(getvariable('mail_hosts'), l.person_no, 'host'), '@' || org_domain) as own_mail,
    case when household_no is not null and rnd(household_no, 'family mail') < 0.6 and rnd(l.person_no, 'family mail') < 0.85
         then 'familie.' || mail_part(last_name) || '.' || household_no || '@family.example.org' end as family_mail,
    if(has_role_mailbox, pick(['info', 'office'], org_no, 'mailbox') || '@' || org_domain, null) as role_mail,
    coalesce(family_mail, own_mail) as main_mail
from lent l join phone_book b on b.person_no = l.phone_of;

-- First contact, first purchase. 65 % come as leads, of whom 38 % buy; twice as many of those the campaign of May 2026 brings.
create temp table met as
select
    *,
    getvariable('history_start') + to_milliseconds(floor(pow(rnd(person_no, 'met'), 0.8)
        * (epoch_ms(getvariable('plan_end')) - epoch_ms(getvariable('history_start'))))::bigint) as met_at,
    is_test or rnd(person_no, 'route') < 0.35 as came_directly,
    met_at >= timestamp '2026-04-30 22:00' and met_at < timestamp '2026-05-31 22:00' as met_in_campaign,
    is_test or came_directly or rnd(person_no, 'buys') < if(met_in_campaign, 0.76, 0.38) as buys,
    case when came_directly then met_at
         when met_in_campaign or rnd(person_no, 'slow') < 0.8 then days_later(met_at, 2 + 78 * pow(rnd(person_no, 'delay'), 1.8))
         else days_later(met_at, 96 + 70 * rnd(person_no, 'delay')) end as first_buys_at,
    if(is_test, 0, rnd(person_no, 'wants')) as wants,
    gauss(person_no, 'mood') as mood
from addressed;

create temp table person as
select
    * exclude (first_buys_at, block, place, name_draw),
    'P' || lpad(person_no::varchar, 7, '0') as person_id,
    person_no % 2 = 0 as shop_comes_first,
    if(buys, first_buys_at, null) as buys_at,
    days_later(buys_at, 20 + 180 * rnd(person_no, 'second need')) as buys_more_at,
    case when not buys then null when wants < 0.5 then buys_at when wants >= 0.72 then if(shop_comes_first, buys_at, buys_more_at) end as first_shop_at,
    whole_second(case when not buys or wants < 0.5 then null when wants < 0.72 then buys_at else if(shop_comes_first, buys_more_at, buys_at) end) as first_subscription_at,
    case when not came_directly then met_at
         when is_test then if(rnd(person_no, 'contact') < 0.5, days_later(met_at, 6), null)
         when rnd(person_no, 'contact') < 0.6 then days_later(met_at, 1.5 + 5 * rnd(person_no, 'contact delay')) end as contact_at,
    -- Some leads stand in the shop system or the payment system without ever buying.
    case when first_shop_at is not null then first_shop_at - to_milliseconds(300000 + floor(rnd(person_no, 'erp') * 2400000)::bigint)
         when not buys and rnd(person_no, 'prospect') < 0.03 then days_later(met_at, 1 + 9 * rnd(person_no, 'erp')) end as erp_at,
    whole_second(case when first_subscription_at is not null then seconds_later(first_subscription_at, -120 - 700 * rnd(person_no, 'payer'))
         when not buys and rnd(person_no, 'abandoned') < 0.03 then days_later(met_at, 1 + 9 * rnd(person_no, 'payer')) end) as payer_at,
    contact_at is not null and erp_at is not null and rnd(person_no, 'erp link') < 0.75 as is_erp_linked,
    contact_at is not null and payer_at is not null and rnd(person_no, 'crm link') < 0.7 as is_crm_linked,
    'C' || (100000 + person_no) as erp_number,
    case when contact_at is not null and not is_test and rnd(person_no, 'social') < 0.25
         then pick(['@', ''], person_no, 'at') || first_name || '_' || left(mail_part(last_name), 3) || person_no end as handle,
    case when family_mail is null and rnd(person_no, 'nick') < 0.6 then getvariable('nicknames')[first_name] end as nickname,
    if(is_erp_linked and contact_at < erp_at and org_no is not null and rnd(person_no, 'as company') < 0.35, 'Company', 'Person') as erp_type
from met;

create table truth.people as
select
    person_id,
    'H' || household_no as household_id,
    'O' || org_no as organisation_id,
    case when is_test then 'test' when buys and buys_at < getvariable('plan_end') then 'customer' else 'lead' end as type,
    first_name, last_name, country, currency,
    met_at::timestamptz as met_at,
    buys_at::timestamptz as planned_first_purchase_at,
    met_in_campaign
from person;
create table truth.record_owner (source varchar, resource varchar, record_key varchar, person_id varchar);
