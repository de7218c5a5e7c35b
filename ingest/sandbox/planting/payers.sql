-- Stripe's customer records. Some never buy and are deleted again: the only payers that vanish have no invoice.

create temp table payer as
with losers as (
    select person_no, min(born_at) as loser_at, arg_min(id, born_at) as loser_id from contact where part = 'loser' group by person_no
), seeds as (
    select person_no, person_no * 2 as payer_key, payer_at as born_at, not buys as is_abandoned from person where payer_at < getvariable('plan_end')
    union all
    select person_no, payer_key, begins_at - to_seconds(200), false from subscription where payer_key % 2 = 1
)
select
    s.*, p.* exclude (person_no),
    stripe_id('cus', payer_key) as id,
    is_crm_linked and contact_at < s.born_at as may_misspell,
    -- The CRM's id of that day: a record that was merged away since is still named.
    if(loser_at < s.born_at and rnd(s.person_no, 'names loser') < 0.8, loser_id, (20000000000 + s.person_no * 10 + 1)::varchar) as contact_id,
    if(is_crm_linked, greatest(s.born_at, whole_second(contact_at) + to_seconds(60)), null) as linked_at,
    if(rnd(payer_key, 'revised') < 0.06, whole_second(moment(payer_key, 'revised at', s.born_at + to_days(1), getvariable('plan_end') + to_days(1))), null) as revised_at,
    if(is_abandoned and rnd(payer_key, 'deleted') < 0.6, whole_second(days_later(s.born_at, 5 + 120 * rnd(payer_key, 'deleted at'))), null) as gone_at
from seeds s join person p using (person_no) left join losers l using (person_no);

create temp table payer_version as
select *, case when tick = born_at then 'created' when tick >= gone_at then 'deleted' else 'updated' end as event
from (
    select *, unnest(list_distinct(list_filter([born_at, linked_at, revised_at, gone_at], x -> x <= coalesce(gone_at, x)))) as tick
    from payer
)
where tick < getvariable('plan_end');

insert into vendor.stripe__customers by name
select
    id,
    case when may_misspell and rnd(payer_key, 'mail') < 0.08 then mail_typo(main_mail)
         when may_misspell and rnd(payer_key, 'mail') < 0.5 and role_mail is not null then role_mail
         else mail_variant(main_mail, payer_key, 'mail style') end as email,
    if(nickname is not null and rnd(payer_key, 'nick') < 0.3, nickname, first_name) || ' ' || last_name as name,
    if(rnd(payer_key, 'phone') < 0.4, phone_variant(phone, payer_key, 'phone style'), null) as phone,
    if(tick >= revised_at, 'Neue Straße 7', street) as address_line_1, place_of_living.name as city, place_of_living.code as postal_code, country,
    lower(currency) as currency,
    if(tick >= linked_at, contact_id, null) as crm_contact_id,
    false as delinquent,
    if(tick >= linked_at, '{"crm_contact_id":"' || contact_id || '"}', '{}') as metadata,
    true as livemode, born_at as created_at, tick as _visible_at, event = 'deleted' as _is_gone
from payer_version;

insert into truth.record_owner select 'stripe', 'customers', id, person_id from payer;
