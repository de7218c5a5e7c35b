-- The outlet store's ERP (Odoo): some customers also buy there, some time after their first purchase from Aurora Home.
-- Partner ids: person_no * 4 + 1000 (and 1, 2 more for a second record and a delivery address), organisations 500000000+.

insert into vendor.erp_postgres__countries by name
select (40 + row_number() over (order by code))::bigint as id, code, getvariable('history_start') as _visible_at, false as _is_gone
from (select unnest(['AT', 'DE', 'GB', 'JP', 'US']) as code);
insert into vendor.erp_postgres__currencies by name
select row_number() over (order by code = 'EUR' desc, code)::bigint as id, code as name, getvariable('history_start') as _visible_at, false as _is_gone from currency;

create temp table outlet_buyer as
with visiting as (
    select
        p.*, days_later(buys_at, 3 + 150 * rnd(person_no, 'outlet')) as first_visit_at, 1000 + person_no * 4 as partner_id, c.id as country_id,
        rnd(person_no, 'outlet person') as draw
    from person p join vendor.erp_postgres__countries c on c.code = p.country
    where buys and not is_test and rnd(person_no, 'visits outlet') < if(org_no is null, 0.13, 0.3)
)
select
    *, first_visit_at - to_minutes(20) as born_at,
    case when erp_at is not null and rnd(person_no, 'outlet link') < 0.5 then greatest(born_at, erp_at + to_minutes(1)) end as linked_at,
    -- Without an e-mail only where the shop's number says who it is from the first day on.
    first_shop_at is not null and linked_at = born_at and draw < 0.15 as has_no_mail,
    case when draw between 0.2 and 0.3 then moment(person_no, 'outlet moved', born_at + to_days(1), getvariable('plan_end') + to_days(1)) end as moved_at,
    case when draw between 0.3 and 0.34 then moment(person_no, 'outlet archived', born_at + to_days(30), getvariable('plan_end') + to_days(20)) end as archived_at,
    case when draw between 0.4 and 0.5 then days_later(born_at, 12) end as doubled_at,
    days_later(doubled_at, 5 + 70 * rnd(person_no, 'outlet merged')) as merged_at,
    case when draw between 0.6 and 0.66 then days_later(born_at, 2) end as delivered_at
from visiting where first_visit_at < getvariable('plan_end');

insert into vendor.erp_postgres__partners by name
with organisations as (
    select org_no, any_value(org_word) as org_word, any_value(org_domain) as org_domain, any_value(country) as country, any_value(country_id) as country_id,
        min(born_at) - to_hours(3) as born_at
    from outlet_buyer where org_no is not null group by org_no
)
select
    500000000 + org_no as id, org_word || ' GmbH' as name, 'contact' as type, true as is_company, country || lpad(((org_no + 1) * 7919 % 1000000000)::varchar, 9, '0') as vat,
    'https://' || org_domain as website, country_id, true as active, born_at as created_at, born_at as written_at, born_at as _visible_at, false as _is_gone
from organisations where born_at < getvariable('plan_end');

insert into vendor.erp_postgres__partners by name
with records as (
    select *, partner_id as id, born_at as made_at, [born_at, linked_at, moved_at, archived_at] as ticks, null::timestamp as gone_at from outlet_buyer
    union all
    select *, partner_id + 1, doubled_at, [doubled_at, merged_at], merged_at from outlet_buyer where doubled_at is not null
)
select
    id, if(rnd(id, 'outlet capitals') < 0.05, upper(first_name || ' ' || last_name), first_name || ' ' || last_name) as name, 'contact' as type,
    if(has_no_mail, null, mail_variant(main_mail, id, 'outlet mail')) as email,
    if(rnd(id, 'outlet phone') < 0.5, phone_variant(phone, id, 'outlet phone style'), null) as phone,
    if(rnd(id, 'outlet mobile') < 0.2, phone_variant(phone, id, 'outlet mobile style'), null) as mobile,
    false as is_company, 500000000 + org_no as parent_id, if(tick >= linked_at, erp_number, null) as ref, if(tick >= moved_at, 'Neue Straße 7', street) as street,
    place_of_living.name as city, place_of_living.code as zip, country_id, not coalesce(tick >= archived_at, false) as active, made_at as created_at,
    tick as written_at, tick as _visible_at, coalesce(tick >= gone_at, false) as _is_gone
from (select *, unnest(list_distinct(list_filter(ticks, x -> x is not null))) as tick from records)
where tick < getvariable('plan_end');
-- An address to deliver to is a partner too, though nobody's record.
insert into vendor.erp_postgres__partners by name
select
    partner_id + 2 as id, 'Filiale ' || place_of_living.name as name, 'delivery' as type, false as is_company, partner_id as parent_id, 'Lagerstraße 3' as street,
    place_of_living.name as city, place_of_living.code as zip, country_id, true as active, delivered_at as created_at, delivered_at as written_at,
    delivered_at as _visible_at, false as _is_gone
from outlet_buyer where delivered_at < getvariable('plan_end');

insert into truth.record_owner
select 'erp_postgres', 'partners', partner_id::varchar, person_id from outlet_buyer
union all
select 'erp_postgres', 'partners', (partner_id + 1)::varchar, person_id from outlet_buyer where doubled_at < getvariable('plan_end');

insert into vendor.erp_postgres__product_templates by name
select
    100 + item_no as id, '{"en_US": "' || name || '", "de_DE": "Outlet ' || name || '"}' as name, round(price_minor * if(tick > getvariable('start'), 0.55, 0.6)) / 100 as list_price,
    true as active, listed_at as created_at, tick as written_at, tick as _visible_at, false as _is_gone
from (
    select *, unnest(if(item_no % 7 = 0, [listed_at, getvariable('start') + to_hours(item_no * 5)], [listed_at])) as tick
    from (select *, getvariable('history_start') + to_hours(item_no * 13) as listed_at from good)
);
insert into vendor.erp_postgres__products by name
select
    200 + item_no as id, 100 + item_no as product_template_id, 'OUT-' || (1000 + item_no) as default_code, true as active, tick as created_at, tick as written_at,
    tick as _visible_at, false as _is_gone
from (select *, getvariable('history_start') + to_hours(item_no * 13) as tick from good);

-- Sales: quoted and confirmed at the counter, invoiced and mostly paid within minutes; some quotations are thrown away.
create temp table outlet_sale as
with visits as (
    select b.*, k, sum(if(k = 0, 0, 10 + 60 * exponential(person_no, 'outlet gap' || k))) over (partition by person_no order by k) as days_since_first
    from outlet_buyer b, range(8) t(k) where k < least(1 + floor(exponential(person_no, 'outlet loyalty') / 0.5)::int, 8)
)
select
    v.* exclude (days_since_first), c.minor_digits, c.price_factor, e.id as currency_id, person_no * 8 + k as sale_no, 10000 + sale_no as order_id,
    'S' || lpad(order_id::varchar, 7, '0') as order_name,
    days_later(first_visit_at, days_since_first) as quoted_at,
    1 + floor(rnd(sale_no, 'outlet lines') * 3)::int as line_count, rnd(sale_no, 'outlet fate') as fate,
    case country when 'US' then 0.08 when 'GB' then 0.2 when 'JP' then 0.1 when 'AT' then 0.2 else 0.19 end as tax_rate,
    case when fate < 0.04 then quoted_at + to_days(10) end as dropped_at,
    if(fate < 0.04, null, quoted_at + to_minutes(15)) as confirmed_at,
    case when fate between 0.04 and 0.08 then confirmed_at + to_days(2) end as cancelled_at,
    case when fate >= 0.11 then confirmed_at + if(fate < 0.2, to_days(4 + floor(100 * fate)::int), to_minutes(3)) end as paid_at,
    -- A long import commits minutes after the time it writes.
    paid_at + if(rnd(sale_no, 'late commit') < 0.05, to_minutes(9), to_minutes(0)) as paid_seen_at,
    case when paid_at is not null and rnd(sale_no, 'outlet refund') < 0.06 then days_later(paid_at, 2 + 25 * rnd(sale_no, 'outlet refund at')) end as refunded_at,
    rnd(sale_no, 'outlet refund share') < 0.6 as is_whole_refund
from visits v join currency c on c.code = v.currency join vendor.erp_postgres__currencies e on e.name = v.currency
where quoted_at < getvariable('plan_end');

create temp table outlet_line as
select
    sale_no, order_id * 4 + line_no as line_id, line_no, 200 + item_no as product_id, 1 + (rnd(sale_no, 'outlet quantity' || line_no) < 0.25)::int as quantity,
    round(price_minor * price_factor * 0.6)::bigint as unit_minor, if(rnd(sale_no, 'outlet discount' || line_no) < 0.2, 10, 0) as discount,
    round(quantity * unit_minor * (100 - discount) / 100)::bigint as line_minor
from (select *, unnest(range(1, line_count + 1))::int as line_no from outlet_sale) s
join good g on g.item_no = 1 + floor(rnd(sale_no, 'outlet good' || line_no) * 24)::int;

create temp table outlet_state as
with sums as (select sale_no, sum(line_minor)::bigint as net_minor from outlet_line group by sale_no)
select
    *, round(net_minor * tax_rate)::bigint as tax_minor, if(tick >= confirmed_at, confirmed_at, quoted_at) as ordered_at, coalesce(tick >= dropped_at, false) as is_gone,
    case when tick >= cancelled_at then 'canceled' when tick >= paid_at then 'paid' when tick >= confirmed_at then 'open' else 'draft' end as state
from (select *, unnest(list_filter([quoted_at, confirmed_at, cancelled_at, dropped_at, paid_at], x -> x is not null)) as tick from outlet_sale join sums using (sale_no))
where tick < getvariable('plan_end');

insert into vendor.erp_postgres__sale_orders by name
select
    order_id as id, order_name as name, partner_id, currency_id, case state when 'canceled' then 'cancel' when 'draft' then 'draft' else 'sale' end as state,
    net_minor / pow(10, minor_digits) as amount_untaxed, tax_minor / pow(10, minor_digits) as amount_tax, ordered_at, quoted_at as created_at, tick as written_at,
    tick as _visible_at, is_gone as _is_gone
from outlet_state where state <> 'paid';

insert into vendor.erp_postgres__sale_order_lines by name
select
    line_id as id, order_id, product_id, quantity, unit_minor / pow(10, minor_digits) as price_unit, discount, line_minor / pow(10, minor_digits) as price_subtotal,
    quoted_at as created_at, tick as written_at, tick as _visible_at, coalesce(tick >= dropped_at, false) as _is_gone
from (select *, unnest(list_filter([quoted_at, dropped_at], x -> x is not null)) as tick from outlet_sale join outlet_line using (sale_no))
where tick < getvariable('plan_end');

create temp table outlet_refund as
select *, if(is_whole_refund, net_minor, greatest(round(net_minor * 0.35)::bigint, 1)) as refund_minor, refunded_at + to_hours(2) as posted_at
from outlet_state where state = 'paid' and refunded_at is not null;

insert into vendor.erp_postgres__account_moves by name
with documents as (
    select
        order_id * 2 as id, 'out_invoice' as move_type, null as reversed_entry_id, tick, confirmed_at + to_minutes(1) as made_at, confirmed_at + to_minutes(2) as posted_at,
        case when tick >= cancelled_at then 'cancel' when tick >= posted_at then 'posted' else 'draft' end as state,
        case when tick >= refunded_at + to_hours(2) and is_whole_refund then 'reversed' when tick >= paid_at then 'paid' else 'not_paid' end as payment_state,
        if(tick = paid_at, paid_seen_at, tick) as seen_at, net_minor, tax_minor, order_name, partner_id, currency_id, minor_digits
    from (
        select *, unnest(list_filter([confirmed_at + to_minutes(1), confirmed_at + to_minutes(2), cancelled_at, paid_at, if(is_whole_refund, refunded_at + to_hours(2), null)], x -> x is not null)) as tick
        from outlet_sale join (select sale_no, net_minor, tax_minor from outlet_state where state = 'open') using (sale_no)
    )
    union all
    select
        order_id * 2 + 1, 'out_refund', order_id * 2, t, refunded_at, posted_at, if(t >= posted_at, 'posted', 'draft'), if(t >= posted_at, 'paid', 'not_paid'), t,
        refund_minor, round(refund_minor * tax_rate)::bigint, order_name, partner_id, currency_id, minor_digits
    from outlet_refund, unnest([refunded_at, posted_at]) u(t)
)
select
    id, if(state = 'draft', '/', if(move_type = 'out_invoice', 'INV/', 'RINV/') || id) as name, move_type, state, payment_state, order_name as invoice_origin, reversed_entry_id,
    partner_id, currency_id, net_minor / pow(10, minor_digits) as amount_untaxed, tax_minor / pow(10, minor_digits) as amount_tax,
    if(state = 'draft', null, berlin_day(posted_at)) as invoice_date, made_at as created_at, tick as written_at, seen_at as _visible_at, false as _is_gone
from documents where seen_at < getvariable('plan_end');

insert into truth.record_owner select 'erp_postgres', 'sale_orders', order_id::varchar, person_id from outlet_state group by order_id, person_id;

insert into truth.invoice_versions by name
select
    'erp_postgres' as source, order_name as order_key, order_name as invoice_key, person_id, state as status, false as is_test, currency, net_minor,
    berlin_day(ordered_at) as ordered_on, ordered_at::timestamptz as ordered_at, if(tick = paid_at, paid_seen_at, tick)::timestamptz as visible_at, is_gone
from outlet_state;

insert into truth.refund_versions by name
select
    'erp_postgres' as source, order_name as order_key, 'R' || order_name as refund_key, refund_minor, t >= posted_at as counts, t::timestamptz as visible_at
from outlet_refund, unnest([refunded_at, posted_at]) u(t) where t < getvariable('plan_end');
