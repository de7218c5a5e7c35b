-- Business Central's standing data: the company, its goods, and its customers.

insert into vendor.business_central__companies by name
select getvariable('bc_company_id') as id, 'Aurora Home' as name, 'Aurora Home GmbH' as display_name,
    getvariable('history_start') as _visible_at, false as _is_gone;

create temp table good as
select i as item_no, guid('item', i) as id, getvariable('items')[i].name as name, getvariable('items')[i].category as category,
    getvariable('items')[i].price as price_minor
from range(1, 25) t(i);

insert into vendor.business_central__items by name
select
    id, getvariable('bc_company_id') as company_id, (1000 + item_no)::varchar as number, name as display_name, category as item_category_code,
    price_minor / 100 as unit_price, round(price_minor * if(tick > getvariable('start'), 0.44, 0.42)) / 100 as unit_cost,
    false as blocked, tick as last_modified_at, tick as _visible_at, false as _is_gone
from (select *, unnest(if(item_no % 6 = 0, [getvariable('history_start'), getvariable('start') + to_hours(item_no * 9)], [getvariable('history_start')])) as tick from good);
-- Two discontinued goods, never sold, are removed while the warehouse watches.
insert into vendor.business_central__items by name
select
    guid('item', 900 + i) as id, getvariable('bc_company_id') as company_id, (1900 + i)::varchar as number, 'Discontinued ' || i as display_name,
    'GARDEN' as item_category_code, 9.0 as unit_price, 4.0 as unit_cost, true as blocked, getvariable('history_start') as last_modified_at, tick as _visible_at,
    tick > getvariable('start') as _is_gone
from range(2) t(i), unnest([getvariable('history_start'), getvariable('start') + to_days(4)]) u(tick);

create temp table erp_customer as
select
    p.*,
    guid('customer', person_no) as erp_id,
    is_erp_linked and contact_at < erp_at as may_misspell,
    rnd(person_no, 'erp mail') as mail_draw,
    case when rnd(person_no, 'erp moved') < 0.08 then moment(person_no, 'erp moved at', erp_at, getvariable('plan_end')) end as erp_moved_at,
    case when first_shop_at is null then days_later(erp_at, 10 + 400 * rnd(person_no, 'erp gone')) end as erp_gone_at
from person p where erp_at < getvariable('plan_end');

insert into vendor.business_central__customers by name
select
    erp_id as id, getvariable('bc_company_id') as company_id, erp_number as number,
    case when erp_type = 'Company' then org_word || ' GmbH' when rnd(person_no, 'capitals') < 0.05 then upper(first_name || ' ' || last_name)
         else first_name || ' ' || last_name end as display_name,
    erp_type as type,
    case when may_misspell and mail_draw < 0.10 then mail_typo(main_mail)
         when may_misspell and mail_draw < 0.70 and role_mail is not null then role_mail
         when may_misspell and mail_draw > 0.95 then ''
         else mail_variant(main_mail, person_no, 'erp mail style') end as email,
    coalesce(phone_variant(phone, person_no, 'erp phone'), '') as phone_number,
    if(tick >= erp_moved_at, 'Neue Straße 7', street) as address_line_1, place_of_living.name as city, place_of_living.code as postal_code, country,
    if(erp_type = 'Company', country || lpad(((org_no + 1) * 7919 % 1000000000)::varchar, 9, '0'), '') as tax_registration_number,
    if(currency = 'EUR', '', currency) as currency_code, if(rnd(person_no, 'blocked') < 0.005, 'All', ' ') as blocked,
    tick as last_modified_at, tick as _visible_at, coalesce(tick >= erp_gone_at, false) as _is_gone
from (select *, unnest(list_filter([erp_at, erp_moved_at, erp_gone_at], x -> x <= coalesce(erp_gone_at, x))) as tick from erp_customer)
where tick < getvariable('plan_end');

insert into truth.record_owner
select 'business_central', 'customers', getvariable('bc_company_id') || '/' || erp_id, person_id from erp_customer;
