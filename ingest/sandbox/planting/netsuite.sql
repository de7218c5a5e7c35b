-- NetSuite: the small export company that sells to organisations. People of an organisation who buy from Aurora Home order here
-- too, once they are customers. Ids: companies 2000+, people 100000+, their duplicates 5100000+, transactions 10000000+.

create temp table export_buyer as
with interested as (
    select *, whole_second(days_later(buys_at, 2 + 120 * rnd(person_no, 'export'))) as first_order_at
    from person where org_no is not null and buys and not is_test and rnd(person_no, 'exports') < 0.6
)
select
    *, 100000 + person_no as customer_id, 2000 + org_no as company_id, first_order_at - to_hours(1) as customer_at,
    case when erp_at is not null and rnd(person_no, 'export link') < 0.6 then greatest(customer_at, whole_second(erp_at) + to_seconds(60)) end as linked_at,
    case when rnd(person_no, 'export revised') < 0.2
         then whole_second(moment(person_no, 'export revised at', customer_at + to_days(1), getvariable('plan_end') + to_days(2))) end as revised_at,
    case when rnd(person_no, 'export twice') < 0.12 then customer_at + to_days(9) end as doubled_at,
    whole_second(days_later(doubled_at, 3 + 60 * rnd(person_no, 'export once'))) as undoubled_at
from interested where first_order_at < getvariable('plan_end');

insert into vendor.netsuite__currencies by name
select row_number() over (order by code = 'EUR' desc, code)::varchar as id, code as symbol, code as name, getvariable('history_start') as _visible_at, false as _is_gone
from currency;
create temp table export_currency as select id, symbol from vendor.netsuite__currencies;

insert into vendor.netsuite__items by name
select
    (500 + item_no)::varchar as id, 'EX-' || (1000 + item_no) as number, name, 'InvtPart' as type, false as is_inactive, tick as last_modified_at,
    tick as _visible_at, false as _is_gone
from (select *, unnest(if(item_no % 8 = 0, [listed_at, getvariable('start') + to_hours(item_no * 7)], [listed_at])) as tick
    from (select *, getvariable('history_start') + to_hours(item_no * 11) as listed_at from good));

-- An organisation is a customer of its own: the parent of its people.
create temp table export_company as
select
    company_id, org_no, any_value(org_word) as org_word, any_value(org_domain) as org_domain, any_value(country) as country,
    arg_min(place_of_living, person_no) as place_of_living, min(customer_at) - to_days(1) as born_at
from export_buyer group by company_id, org_no;

insert into vendor.netsuite__customers by name
select
    company_id::varchar as id, 'ORG' || org_no as entity_number, false as is_person, org_word || ' GmbH' as company_name, 'https://www.' || org_domain || '/' as url,
    country || lpad(((org_no + 1) * 7919 % 1000000000)::varchar, 9, '0') as vat_number, pick(getvariable('industries'), if(tick > born_at, -org_no, org_no), 'industry') as category,
    (30000000 + org_no)::varchar as address_id, false as is_inactive, born_at as created_at, tick as last_modified_at, tick as _visible_at, false as _is_gone
from (select *, unnest(if(rnd(org_no, 'export revised') < 0.3, [born_at, whole_second(moment(org_no, 'export org', born_at + to_hours(1), getvariable('plan_end')))], [born_at])) as tick from export_company)
where tick < getvariable('plan_end');

insert into vendor.netsuite__customers by name
with records as (
    select *, customer_id as id, customer_at as born_at, null::timestamp as gone_at, [customer_at, linked_at, revised_at] as ticks from export_buyer
    union all
    select *, customer_id + 5000000, doubled_at, undoubled_at, [doubled_at, undoubled_at] from export_buyer where doubled_at is not null
)
select
    id::varchar as id, 'EXP' || id as entity_number, if(tick >= linked_at, erp_number, null) as account_number, true as is_person, org_word || ' GmbH' as company_name,
    first_name, if(rnd(id, 'capitals') < 0.06, upper(last_name), last_name) as last_name, mail_variant(main_mail, id, 'export mail') as email,
    if(rnd(id, 'export phone') < 0.7, phone_abroad(phone, if(tick >= revised_at, -id, id), 'export phone style'), null) as phone,
    company_id::varchar as parent_id, (20000000 + person_no)::varchar as address_id, false as is_inactive, born_at as created_at, tick as last_modified_at,
    tick as _visible_at, coalesce(tick >= gone_at, false) as _is_gone
from (select *, unnest(list_distinct(list_filter(ticks, x -> x is not null))) as tick from records)
where tick < getvariable('plan_end');

insert into vendor.netsuite__addresses by name
select
    (20000000 + person_no)::varchar as id, if(tick >= revised_at, 'Neue Straße 7', street) as address, place_of_living.name as city, place_of_living.code as postal_code, country,
    tick as _visible_at, false as _is_gone
from (select *, unnest(list_filter([customer_at, revised_at], x -> x is not null)) as tick from export_buyer)
where tick < getvariable('plan_end')
union all
select
    (30000000 + org_no)::varchar, 'Gewerbepark 1', place_of_living.name, place_of_living.code, country, born_at, false
from export_company where born_at < getvariable('plan_end');

insert into truth.record_owner
select 'netsuite', 'customers', customer_id::varchar, person_id from export_buyer
union all
select 'netsuite', 'customers', (customer_id + 5000000)::varchar, person_id from export_buyer where doubled_at < getvariable('plan_end');

-- Orders: approved after two hours, some shortened by a line next day, billed some days later, paid within weeks.
create temp table export_order as
with visits as (
    select b.*, k, sum(if(k = 0, 0, 12 + 80 * exponential(person_no, 'export gap' || k))) over (partition by person_no order by k) as days_since_first
    from export_buyer b, range(8) t(k) where k < least(1 + floor(exponential(person_no, 'export loyalty') / 0.4)::int, 8)
)
select
    v.* exclude (days_since_first), c.minor_digits, c.price_factor, e.id as currency_id,
    10000000 + (person_no * 8 + k) * 10 as transaction_no,
    whole_second(days_later(first_order_at, days_since_first)) as ordered_at, berlin_day(ordered_at) as ordered_on,
    1 + floor(rnd(transaction_no, 'lines') * 4)::int as line_count,
    case when country = 'DE' then 0.19 else 0 end as tax_rate, rnd(transaction_no, 'fate') as fate,
    ordered_at + to_hours(2) as approved_at,
    case when line_count > 1 and rnd(transaction_no, 'shortened') < 0.15 then ordered_at + to_hours(20) end as shortened_at,
    case when fate >= 0.1 then whole_second(days_later(ordered_at, 1.1 + 5 * rnd(transaction_no, 'billing'))) end as billed_at,
    case when fate < 0.07 then whole_second(days_later(ordered_at, 3 + 9 * rnd(transaction_no, 'end'))) end as ended_at,
    fate < 0.03 as is_deleted,
    case when fate >= 0.1 and fate < 0.12 then billed_at + to_days(6) end as voided_at,
    case when fate >= 0.2 then whole_second(days_later(billed_at, 6 + 28 * rnd(transaction_no, 'pays'))) end as paid_at
from visits v join currency c on c.code = v.currency join export_currency e on e.symbol = v.currency
where ordered_at < getvariable('plan_end');

create temp table export_line as
select
    transaction_no, line_no, 500 + item_no as item_id, 4 + floor(rnd(transaction_no, 'quantity' || line_no) * 30)::int as quantity,
    quantity * round(price_minor * price_factor * 0.7)::bigint as line_minor, if(line_no = line_count, shortened_at, null) as removed_at
from (select *, unnest(range(1, line_count + 1))::int as line_no from export_order) o
join good g on g.item_no = 1 + floor(rnd(transaction_no, 'export good' || line_no) * 24)::int;

create temp table export_sum as
select transaction_no, sum(line_minor)::bigint as ordered_minor, sum(if(removed_at is null, line_minor, 0))::bigint as billed_minor from export_line group by transaction_no;

create temp table export_credit as
select
    o.*, billed_minor, transaction_no + 3 as credit_no, whole_second(days_later(paid_at, 4 + 30 * rnd(transaction_no, 'credit at'))) as credited_at,
    if(rnd(transaction_no, 'credit share') < 0.6, billed_minor, greatest(round(billed_minor * 0.35)::bigint, 1)) as credit_minor,
    case when rnd(transaction_no, 'credit void') < 0.15 then credited_at + to_days(5) end as credit_voided_at
from export_order o join export_sum using (transaction_no) where paid_at is not null and rnd(transaction_no, 'credited') < 0.07;

-- The state of an order as all its documents tell it; a sales order bears the transaction_no, its invoice the number after.
create temp table export_state as
select
    *, if(tick >= shortened_at, billed_minor, ordered_minor) as net_minor, round(net_minor * tax_rate)::bigint as tax_minor,
    coalesce(tick >= ended_at and is_deleted, false) as is_gone,
    case when tick >= ended_at or tick >= voided_at then 'canceled' when tick >= paid_at then 'paid' when tick >= approved_at then 'open' else 'draft' end as state
from (
    select *, unnest(list_distinct(list_filter([ordered_at, approved_at, shortened_at, billed_at, ended_at, voided_at, paid_at], x -> x is not null))) as tick
    from export_order join export_sum using (transaction_no)
)
where tick < getvariable('plan_end');

create temp table export_document as
select
    transaction_no as document_no, 'SalesOrd' as type, 'SO' || transaction_no as number,
    case when tick >= ended_at then 'C' when tick >= billed_at then 'G' when tick >= approved_at then 'B' else 'A' end as status,
    false as is_voided, ordered_on as document_date, ordered_at as born_at, net_minor + tax_minor as total_minor, is_gone, tick, customer_id, currency_id, minor_digits, person_id
from export_state where tick <= coalesce(billed_at, tick)
union all
select
    transaction_no + 1, 'CustInvc', 'INV' || (transaction_no + 1), case when tick >= voided_at then 'V' when tick >= paid_at then 'B' else 'A' end,
    coalesce(tick >= voided_at, false), berlin_day(billed_at), billed_at, net_minor + tax_minor, false, tick, customer_id, currency_id, minor_digits, person_id
from export_state where tick >= billed_at
union all
select
    credit_no, 'CustCred', 'CM' || credit_no, if(tick >= credit_voided_at, 'V', 'B'), coalesce(tick >= credit_voided_at, false), berlin_day(credited_at), credited_at,
    -(credit_minor + round(credit_minor * tax_rate)::bigint), false, tick, customer_id, currency_id, minor_digits, person_id
from (select *, unnest(list_filter([credited_at, credit_voided_at], x -> x is not null)) as tick from export_credit) where tick < getvariable('plan_end');

insert into vendor.netsuite__transactions by name
select
    document_no::varchar as id, number, type, status, is_voided, customer_id::varchar as customer_id, currency_id, 'PO-' || document_no // 10 as customer_reference,
    total_minor / pow(10, minor_digits) as total, document_date as transaction_date, born_at as created_at, tick as last_modified_at, tick as _visible_at, is_gone as _is_gone
from export_document;

insert into truth.record_owner select 'netsuite', 'transactions', document_no::varchar, person_id from export_document group by document_no, person_id;

-- Lines: 0 is the document's own, 1 to 4 its goods, 9 the tax. What is sold is booked with a minus, the customer's side with a plus.
insert into vendor.netsuite__transaction_lines by name
with documents as (
    select transaction_no, transaction_no as document_no, ordered_at as born_at, ended_at as gone_at, null as from_no, 1 as sign, minor_digits, tax_rate, shortened_at, is_deleted from export_order
    union all
    select transaction_no, transaction_no + 1, billed_at, null, transaction_no, 1, minor_digits, tax_rate, null, false from export_order where billed_at is not null
), sums as (
    select *, if(document_no = transaction_no, ordered_minor, billed_minor) as first_minor, billed_minor as last_minor from documents join export_sum using (transaction_no)
), lines as (
    select document_no, from_no, 0 as line_no, true as is_main_line, false as is_tax_line, null as item_id, null as quantity, sign * (minor + round(minor * tax_rate)) as minor,
        tick, is_gone, minor_digits
    from (
        select *, unnest([first_minor, last_minor]) as minor, unnest([born_at, shortened_at]) as tick, false as is_gone from sums
        union all
        select *, first_minor, gone_at, true from sums where is_deleted
    )
    union all
    select d.document_no, d.from_no, l.line_no, false, false, l.item_id, -l.quantity, -d.sign * l.line_minor, t.tick, t.tick > d.born_at, d.minor_digits
    from documents d join export_line l using (transaction_no), unnest([d.born_at, coalesce(l.removed_at, if(d.is_deleted, d.gone_at, null))]) t(tick)
    where d.document_no = d.transaction_no or l.removed_at is null
    union all
    select document_no, from_no, 9, false, true, null, null, -sign * round(minor * tax_rate), tick, is_gone, minor_digits
    from (
        select *, unnest([first_minor, last_minor]) as minor, unnest([born_at, shortened_at]) as tick, false as is_gone from sums
        union all
        select *, first_minor, gone_at, true from sums where is_deleted
    )
    union all
    select credit_no, transaction_no + 1, t.line_no, t.line_no = 0, t.line_no = 9, null, if(t.line_no = 1, 1, null),
        case t.line_no when 0 then -(credit_minor + round(credit_minor * tax_rate)) when 1 then credit_minor else round(credit_minor * tax_rate) end, credited_at, false, minor_digits
    from export_credit, unnest([0, 1, 9]) t(line_no)
)
select
    (document_no * 10 + line_no)::varchar as id, document_no::varchar as transaction_id, from_no::varchar as created_from_id, is_main_line, is_tax_line, item_id::varchar as item_id,
    quantity, minor / pow(10, minor_digits) as amount, tick as last_modified_at, tick as _visible_at, is_gone as _is_gone
from lines where tick < getvariable('plan_end');

insert into vendor.netsuite__deleted_records by name
select 'Customer' as type, (customer_id + 5000000)::varchar as id, undoubled_at as deleted_at, undoubled_at as _visible_at, false as _is_gone
from export_buyer where undoubled_at < getvariable('plan_end')
union all
select 'Sales Order', transaction_no::varchar, ended_at, ended_at, false from export_order where is_deleted and ended_at < getvariable('plan_end');

insert into truth.invoice_versions by name
select
    'netsuite' as source, transaction_no::varchar as order_key, transaction_no::varchar as invoice_key, person_id, state as status, false as is_test, currency, net_minor, ordered_on,
    berlin_midnight(ordered_on)::timestamptz as ordered_at, tick::timestamptz as visible_at, is_gone
from export_state;

insert into truth.refund_versions by name
select
    'netsuite' as source, transaction_no::varchar as order_key, credit_no::varchar as refund_key, credit_minor as refund_minor,
    not coalesce(tick >= credit_voided_at, false) as counts, tick::timestamptz as visible_at
from (select *, unnest(list_filter([credited_at, credit_voided_at], x -> x is not null)) as tick from export_credit) where tick < getvariable('plan_end');
