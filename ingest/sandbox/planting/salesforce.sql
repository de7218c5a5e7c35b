-- Salesforce: how organisations are sold to. Leads and the contacts they become, deals and their lines, cases, campaigns, what sales does.
-- Whole seconds. A deleted record lies in the recycle bin for fifteen days, then it is gone.

-- Ids as the vendor makes them: 15 characters that mind their case, and three that tell which of them are capitals.
create temp macro sf_id15(prefix, no) as prefix || '5g00000' || array_to_string(list_transform(range(4, -1, -1),
    i -> substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 1 + ((no // pow(62, i)::bigint) % 62)::int, 1)), '');
create temp macro sf_capitals(letters) as substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ012345',
    1 + list_sum(list_transform(range(1, 6), i -> if(letters[i] between 'A' and 'Z', 1 << (i - 1), 0)))::int, 1);
create temp macro sf_id(prefix, no) as sf_id15(prefix, no) || sf_capitals(sf_id15(prefix, no)[1:5])
    || sf_capitals(sf_id15(prefix, no)[6:10]) || sf_capitals(sf_id15(prefix, no)[11:15]);
set variable sf_reps = (select list(sf_id('005', 10 + i) order by i) from range(6) t(i));
create temp macro sf_owner(no) as pick(getvariable('sf_reps'), no, 'sf owner');
create temp macro sf_country(code) as map {'DE': 'Germany', 'AT': 'Austria', 'US': 'United States', 'GB': 'United Kingdom', 'JP': 'Japan'}[code];
-- The index of some records lags two minutes behind their stamps.
create temp macro sf_lag(id) as to_seconds(if(rnd(id, 'sf index') < 0.05, 120, 0));
create temp macro sf_ticks(ticks) as list_distinct(list_filter(ticks, x -> x is not null and x < getvariable('plan_end')));

insert into vendor.salesforce__users by name
select
    sf_id('005', 9 + i) as id, if(i = 0, 'Warehouse Integration', 'Sales Rep ' || i) as name, 'rep' || i || '@aurora-home.example' as email,
    if(i < 4, 'Sales', 'Service') as department, 'Standard' as user_type, tick = born_at or i < 6 as is_active,
    born_at as created_at, tick as last_modified_at, tick as system_modstamp, tick as _visible_at, false as _is_gone
from (select i, getvariable('history_start') + to_days(i * 20) as born_at from range(7) t(i)), unnest(if(i = 6, [born_at, getvariable('start') + to_hours(40)], [born_at])) u(tick);

-- Organisations, and for some a second account that is merged into the first.
create temp table sf_account as
select
    * exclude (id), sf_id('001', org_no * 2) as account_id, greatest(whole_second(born_at), getvariable('history_start')) as account_at,
    if(rnd(org_no, 'sf revised') < 0.25, whole_second(moment(org_no, 'sf revised at', account_at, getvariable('plan_end'))), null) as revised_at,
    if(rnd(org_no, 'sf twin') < 0.15, whole_second(days_later(account_at, 5 + 200 * rnd(org_no, 'sf twin at'))), null) as twin_at,
    whole_second(days_later(twin_at, 5 + 90 * rnd(org_no, 'sf twin merged'))) as merged_at
from organisation where rnd(org_no, 'sf org') < 0.85;

create temp table sf_account_version as
select *, sf_id('001', org_no * 2 + 1) as id, account_id as master_id, unnest(sf_ticks([twin_at, merged_at, merged_at + to_days(15)])) as tick from sf_account where twin_at is not null
union all
select *, account_id, null, unnest(sf_ticks([account_at, revised_at, if(merged_at > account_at, merged_at, null)])) from sf_account;

insert into vendor.salesforce__accounts by name
select
    id, if(master_id is null, name || ' GmbH', upper(name)) as name, if(rnd(org_no, 'sf type') < 0.6, 'Customer - Direct', 'Prospect') as type,
    pick(['Hospitality', 'Retail', 'Construction', 'Healthcare'], if(tick >= revised_at, -org_no, org_no), 'sf industry') as industry,
    case when rnd(id, 'sf site') < 0.6 then 'https://www.' || domain when rnd(id, 'sf site') < 0.85 then domain else 'http://' || upper(domain) || '/kontakt' end as website,
    '+49 40 66969' || lpad(org_no::varchar, 4, '0') as phone, city, null as postal_code, sf_country(country) as country, null as account_number,
    if(master_id is null and rnd(org_no, 'sf vat') < 0.7, country || lpad(((org_no + 1) * 7919 % 1000000000)::varchar, 9, '0'), null) as vat_number,
    -- Every seventh organisation belongs to the one six seats before, where that stands here too.
    if(master_id is null and org_no % 7 = 6, (select any_value(p.account_id) from sf_account p where p.org_no = v.org_no - 6 and p.account_at <= v.account_at), null) as parent_id,
    sf_owner(org_no) as owner_id, if(country in ('US', 'GB', 'JP'), map {'US': 'USD', 'GB': 'GBP', 'JP': 'JPY'}[country], 'EUR') as currency_code,
    if(tick >= merged_at, master_id, null) as master_record_id, master_id is not null and tick >= merged_at as is_deleted,
    if(master_id is null, account_at, twin_at) as created_at, tick as last_modified_at, tick as system_modstamp, tick + sf_lag(id) as _visible_at,
    master_id is not null and tick > merged_at as _is_gone
from sf_account_version v;

-- Who is sold to: the people of those organisations, as leads at first or entered as contacts at once; and some sole traders, who stay leads.
create temp table sf_person as
with known as (
    select p.*, a.account_id, a.account_at, rnd(person_no, 'sf route') < 0.55 as starts_as_lead
    from person p join sf_account a using (org_no) where not is_test and rnd(person_no, 'sf known') < 0.9
    union all
    select p.*, null, null, true from person p where org_no is null and family_mail is null and not is_test and rnd(person_no, 'sf trader') < 0.06
), begun as (
    -- Some are leads here before they stand anywhere else, some long after.
    select *, if(starts_as_lead, whole_second(greatest(days_later(met_at, -25 + 60 * rnd(person_no, 'sf lead')), getvariable('history_start') + to_hours(2))), null) as lead_at
    from known
), judged as (
    select
        *, sf_id('00Q', person_no * 2) as lead_id, sf_id('003', person_no * 2) as contact_id,
        whole_second(days_later(lead_at, 0.5 + 3 * rnd(person_no, 'sf works'))) as worked_at,
        if(account_id is not null and rnd(person_no, 'sf converts') < 0.7,
            whole_second(greatest(days_later(lead_at, 5 + 60 * rnd(person_no, 'sf converted')), account_at + to_hours(1))), null) as converted_at,
        if(converted_at is null and rnd(person_no, 'sf gives up') < 0.6, whole_second(days_later(lead_at, 10 + 60 * rnd(person_no, 'sf given up'))), null) as given_up_at,
        if(converted_at is null and rnd(person_no, 'sf bin') < 0.06, whole_second(days_later(lead_at, 75 + 200 * rnd(person_no, 'sf binned'))), null) as binned_at,
        if(rnd(person_no, 'sf lead twin') < 0.08, whole_second(days_later(lead_at, 5 + 20 * rnd(person_no, 'sf lead twin at') * (converted_at is null)::int)), null) as lead_twin_at
    from begun
)
select
    *,
    case when lead_at is not null then converted_at else whole_second(greatest(days_later(met_at, 12 * rnd(person_no, 'sf enters')), account_at + to_hours(1))) end as contact_at_sf,
    if(converted_at < lead_twin_at + to_days(8) or binned_at < lead_twin_at + to_days(8), null, whole_second(days_later(lead_twin_at, 1 + 6 * rnd(person_no, 'sf lead merged')))) as lead_merged_at
from judged where coalesce(lead_at, met_at) < getvariable('plan_end');

create temp table sf_lead_version as
select *, lead_id as id, null as master_id, binned_at as deleted_at, lead_at as born_at,
    unnest(sf_ticks([lead_at, worked_at, converted_at, given_up_at, lead_merged_at, binned_at, binned_at + to_days(15)])) as tick
from sf_person where lead_at < getvariable('plan_end')
union all
-- Entered twice, by the form and by hand; some of the second entries are never found out.
select *, sf_id('00Q', person_no * 2 + 1), lead_id, lead_merged_at, lead_twin_at, unnest(sf_ticks([lead_twin_at, lead_merged_at, lead_merged_at + to_days(15)]))
from sf_person where lead_twin_at < getvariable('plan_end');

insert into vendor.salesforce__leads by name
select
    id, if(rnd(id, 'sf nick') < 0.3, coalesce(nickname, first_name), first_name) as first_name, last_name,
    pick(['Owner', 'Buyer', 'Office manager', 'Architect'], person_no, 'sf title') as title,
    mail_variant(main_mail, id, 'sf lead mail') as email,
    if(rnd(id, 'sf phone') < 0.5, phone_variant(phone, id, 'sf phone style'), null) as phone, null as mobile_phone,
    street, place_of_living.name as city, place_of_living.code as postal_code, sf_country(country) as country,
    case when met_in_campaign then 'Advertisement' else pick(['Web', 'Phone Inquiry', 'Partner Referral', 'Purchased List', 'Trade Show'], person_no, 'sf source') end as lead_source,
    coalesce(rnd(person_no, 'sf opts out') < 0.03 and tick >= given_up_at, false) as is_opted_out, sf_owner(person_no) as owner_id,
    if(org_no is null, last_name || ' Interiors', org_word || ' GmbH') as company,
    case when master_id is null and tick >= converted_at then 'Closed - Converted' when master_id is null and tick >= given_up_at then 'Closed - Not Converted'
         when master_id is null and tick >= worked_at then 'Working - Contacted' else 'Open - Not Contacted' end as status,
    coalesce(master_id is null and tick >= converted_at, false) as is_converted,
    if(is_converted, berlin_day(converted_at), null) as converted_on, if(is_converted, account_id, null) as converted_account_id,
    if(is_converted, contact_id, null) as converted_contact_id, null as converted_opportunity_id,
    if(tick >= lead_merged_at, master_id, null) as master_record_id, coalesce(tick >= deleted_at, false) as is_deleted,
    born_at as created_at, tick as last_modified_at, tick as system_modstamp, tick + sf_lag(id) as _visible_at, coalesce(tick > deleted_at, false) as _is_gone
from sf_lead_version;

insert into truth.contact_versions by name
select p.person_id, v.id as contact_id, v.created_at, v.is_deleted as archived, v._visible_at as visible_at, v._is_gone as is_gone, lower(replace(v.lead_source, ' ', '_')) as lead_source
from vendor.salesforce__leads v join (select distinct id, person_id from sf_lead_version) p using (id);

-- Contacts: known by their mailbox, some by the shop's number or by phone alone, with duplicates that are merged away.
create temp table sf_contact as
select
    p.*, contact_at_sf as born_at,
    first_shop_at is not null and erp_at < born_at and rnd(person_no, 'sf mail') < 0.12 as is_by_number,
    first_shop_at is not null and erp_at < born_at and erp_type = 'Person' and phone is not null and rnd(person_no, 'sf mail') > 0.88 as is_by_phone,
    if(is_by_number, born_at, if(first_shop_at is not null and rnd(person_no, 'sf number') < 0.4, greatest(born_at, whole_second(erp_at) + to_hours(20)), null)) as number_known_at,
    if(rnd(person_no, 'sf moves') < 0.1, whole_second(moment(person_no, 'sf moves at', born_at, getvariable('plan_end'))), null) as moved_at,
    if(rnd(person_no, 'sf no mail') < 0.05, whole_second(moment(person_no, 'sf no mail at', born_at, getvariable('plan_end'))), null) as opted_out_at,
    -- A nightly job touches a tenth of them: the stamp moves, the date of the last change does not.
    if(rnd(person_no, 'sf job') < 0.1 and born_at < getvariable('start'), getvariable('start') + to_hours(19), null) as touched_at,
    if(rnd(person_no, 'sf twin contact') < 0.09, whole_second(days_later(born_at, 3 + 60 * rnd(person_no, 'sf twin contact at'))), null) as twin_at,
    whole_second(days_later(twin_at, 4 + 100 * rnd(person_no, 'sf contact merged'))) as merged_at
from sf_person p where contact_at_sf < getvariable('plan_end');

create temp table sf_contact_version as
select *, contact_id as id, null as master_id, unnest(sf_ticks([born_at, number_known_at, moved_at, opted_out_at, touched_at, merged_at])) as tick from sf_contact
union all
select *, sf_id('003', person_no * 2 + 1), contact_id, unnest(sf_ticks([twin_at, merged_at, merged_at + to_days(15)])) from sf_contact where twin_at < getvariable('plan_end');

insert into vendor.salesforce__contacts by name
select
    id, account_id, if(master_id is null and rnd(id, 'sf no first') < 0.03 and not is_by_phone, null, first_name) as first_name, last_name,
    pick(['Owner', 'Buyer', 'Office manager', 'Architect'], person_no, 'sf title') as title,
    if(master_id is null and (is_by_number or is_by_phone), role_mail, mail_variant(main_mail, id, 'sf contact mail')) as email,
    case when master_id is null and is_by_phone then phone_abroad(phone, id, 'sf number style') when rnd(id, 'sf phone') < 0.5 then phone_variant(phone, id, 'sf phone style') end as phone,
    if(rnd(id, 'sf mobile') < 0.1, phone_variant(phone, id, 'sf mobile style'), null) as mobile_phone,
    if(tick >= moved_at, 'Neue Straße 7' || chr(10) || 'Hinterhaus "B"', street) as street, place_of_living.name as city, place_of_living.code as postal_code,
    sf_country(country) as country, if(lead_at is null, 'Other', 'Web') as lead_source, coalesce(tick >= opted_out_at, false) as is_opted_out,
    sf_owner(person_no) as owner_id, if(master_id is null and tick >= number_known_at, erp_number, null) as erp_customer_number,
    if(tick >= merged_at, master_id, null) as master_record_id, master_id is not null and tick >= merged_at as is_deleted,
    if(master_id is null, born_at, twin_at) as created_at, if(tick = touched_at, list_max(list_filter([born_at, number_known_at, moved_at, opted_out_at, merged_at], x -> x < tick)), tick) as last_modified_at,
    tick as system_modstamp, tick + sf_lag(id) as _visible_at, master_id is not null and tick > merged_at as _is_gone
from sf_contact_version;

insert into truth.objection_versions
select v.id, p.person_id, v.is_opted_out, v.last_modified_at::timestamptz, v._visible_at::timestamptz, v._is_gone
from vendor.salesforce__leads v join (select distinct id, person_id from sf_lead_version) p using (id)
union all
select v.id, p.person_id, v.is_opted_out, v.last_modified_at::timestamptz, v._visible_at::timestamptz, v._is_gone
from vendor.salesforce__contacts v join (select distinct id, person_id from sf_contact_version) p using (id);

insert into truth.record_owner
select distinct 'salesforce', 'leads', id, person_id from sf_lead_version
union all
select distinct 'salesforce', 'contacts', id, person_id from sf_contact_version;

-- Campaigns. What they cost is booked as it is spent, and corrected afterwards.
create temp table sf_campaign as
select *, sf_id('701', campaign_no) as campaign_id from (values
    (1, 'Objekt mailing spring 2025', 'Direct Mail', date '2025-03-10', date '2025-04-13', 6),
    (2, 'Contract furniture webinar', 'Webinar', date '2025-10-07', date '2025-10-07', 1.5),
    (3, 'Interiors fair 2026', 'Trade Show', date '2026-01-13', date '2026-01-16', 14),
    (4, 'Spring at home', 'Advertisement', date '2026-05-01', date '2026-05-31', 9),
    (5, 'Hotel summer newsletter', 'Email', date '2026-06-15', date '2026-08-31', 2),
    (6, 'Entered by mistake', 'Other', date '2026-06-20', date '2026-06-21', 0)
) t(campaign_no, name, type, start_on, end_on, price);

insert into vendor.salesforce__campaigns by name
select
    campaign_id as id, name, type, case when tick < start_on then 'Planned' when tick < end_on + 1 then 'In Progress' else 'Completed' end as status, null as parent_id,
    start_on, end_on, price * getvariable('customers') as budgeted_cost,
    -- In even daily parts up to now, to the cent; an invoice that comes later adds a twentieth.
    round(price * getvariable('customers') * 0.96 * least(greatest(date_diff('day', start_on, tick::date) / (end_on - start_on + 1), 0), 1) * if(tick > end_on + 20, 1.05, 1), 2) as actual_cost,
    'EUR' as currency_code, tick >= start_on and tick < end_on + 1 as is_active, campaign_no = 6 and tick > getvariable('start') as is_deleted,
    start_on - to_days(21) as created_at, tick as last_modified_at, tick as system_modstamp, tick as _visible_at, false as _is_gone
from (
    select *, unnest(list_distinct(list_filter(
        [start_on - to_days(21), start_on + to_hours(7), start_on + to_hours(255), end_on + to_hours(31), end_on + to_hours(751), getvariable('start') + to_hours(28)],
        x -> x <= end_on + to_hours(751) and (x <> getvariable('start') + to_hours(28) or campaign_no > 3)))) as tick
    from sf_campaign
)
where tick < getvariable('plan_end');

create table truth.campaign_cost_versions as
select id as campaign_id, type as channel, start_on, end_on, currency_code as currency, round(actual_cost * 100)::bigint as cost_minor, is_deleted, _visible_at as visible_at
from vendor.salesforce__campaigns;

create temp table sf_member as
select
    p.*, campaign_id, case when met_in_campaign then 4 else 1 + floor(rnd(person_no, 'sf campaign') * 5)::int end as chosen, start_on,
    whole_second(greatest(lead_at + to_hours(3), start_on::timestamp + to_hours(9))) as joined_at,
    if(rnd(person_no, 'sf responds') < 0.4, whole_second(days_later(joined_at, 0.2 + 9 * rnd(person_no, 'sf response'))), null) as responded_at
from sf_person p join sf_campaign c on c.campaign_no = if(met_in_campaign, 4, 1 + floor(rnd(person_no, 'sf campaign') * 5)::int)
where lead_at < least(end_on, getvariable('plan_end')) and rnd(person_no, 'sf member') < 0.7 and (lead_merged_at is null or lead_merged_at < getvariable('plan_end')) and binned_at is null;

insert into vendor.salesforce__campaign_members by name
select
    sf_id('00v', person_no) as id, campaign_id, lead_id, if(tick >= converted_at, contact_id, null) as contact_id,
    if(tick >= responded_at, 'Responded', 'Sent') as status, coalesce(tick >= responded_at, false) as has_responded, if(has_responded, berlin_day(responded_at), null) as first_responded_on,
    false as is_deleted, joined_at as created_at, tick as last_modified_at, tick as system_modstamp, tick as _visible_at, false as _is_gone
from (select *, unnest(sf_ticks([joined_at, responded_at, if(converted_at > joined_at, converted_at, null)])) as tick from sf_member);

-- Deals of an organisation, their lines (one is struck off now and then), and who takes part.
create temp table sf_deal as
select
    o.*, k, org_no * 4 + k as deal_no, sf_id('006', deal_no) as deal_id, c.minor_digits, c.code as currency, c.price_factor,
    whole_second(moment(org_no, 'sf deal' || k, account_at + to_hours(2), getvariable('plan_end'))) as opened_at,
    whole_second(days_later(opened_at, 3 + 15 * rnd(deal_no, 'sf offers'))) as offered_at,
    whole_second(days_later(offered_at, 4 + 60 * rnd(deal_no, 'sf decides'))) as closed_at,
    rnd(deal_no, 'sf wins') < 0.5 as is_won_at_last,
    if(rnd(deal_no, 'sf dropped') < 0.04, whole_second(days_later(offered_at, 1 + 2 * rnd(deal_no, 'sf dropped at'))), null) as dropped_at,
    1 + floor(rnd(deal_no, 'sf lines') * 4)::int as line_count, line_count > 1 and rnd(deal_no, 'sf strikes') < 0.15 as strikes_last
from sf_account o join currency c on c.code = if(country in ('US', 'GB', 'JP'), map {'US': 'USD', 'GB': 'GBP', 'JP': 'JPY'}[country], 'EUR'), range(4) t(k)
where rnd(org_no, 'sf deals') > 0.22 * k;

create temp table sf_line as
select
    d.* exclude (name), line_no, g.name, sf_id('00k', deal_no * 8 + line_no) as line_id, 1000 + item_no as code, 5 + floor(rnd(deal_no, 'sf many' || line_no) * 40)::int as quantity,
    round(g.price_minor * price_factor) / pow(10, minor_digits) as unit_price, strikes_last and line_no = line_count as is_struck
from (select *, unnest(range(1, line_count + 1))::int as line_no from sf_deal) d
join good g on g.item_no = 1 + floor(rnd(deal_no, 'sf good' || line_no) * 24)::int;

insert into vendor.salesforce__opportunity_line_items by name
select
    line_id as id, deal_id as opportunity_id, sf_id('01t', code) as product_id, code::varchar as product_code, name, quantity, unit_price, quantity * unit_price as total_price,
    currency as currency_code, is_struck and tick >= offered_at or coalesce(tick >= dropped_at, false) as is_deleted,
    opened_at as created_at, tick as last_modified_at, tick as system_modstamp, tick as _visible_at, false as _is_gone
from (select *, unnest(sf_ticks([opened_at, if(is_struck, offered_at, dropped_at)])) as tick from sf_line);

insert into vendor.salesforce__opportunities by name
select
    deal_id as id, d.name || ' contract ' || (k + 1) as name, account_id, if(opened_at > timestamp '2026-05-01' and k = 1, sf_id('701', 4), null) as campaign_id,
    case when tick >= closed_at then if(is_won_at_last, 'Closed Won', 'Closed Lost') when tick >= offered_at then 'Proposal/Price Quote' else 'Prospecting' end as stage,
    if(k = 0, 'New Customer', 'Existing Customer - Upgrade') as type, 'Web' as lead_source, if(tick >= offered_at, offered, asked) as amount, currency as currency_code,
    berlin_day(closed_at) as close_on, tick >= closed_at as is_closed, tick >= closed_at and is_won_at_last as is_won,
    case when tick >= closed_at then closed_at when tick >= offered_at then offered_at end as last_stage_change_at, sf_owner(org_no) as owner_id,
    coalesce(tick >= dropped_at, false) as is_deleted, opened_at as created_at, tick as last_modified_at, tick as system_modstamp, tick + sf_lag(deal_id) as _visible_at,
    coalesce(tick > dropped_at, false) as _is_gone
from (select *, unnest(sf_ticks(list_filter([opened_at, offered_at, closed_at, dropped_at, dropped_at + to_days(15)], x -> dropped_at is null or x <= dropped_at or x = dropped_at + to_days(15)))) as tick from sf_deal) d
join (select deal_id, sum(quantity * unit_price) as asked, sum(quantity * unit_price) filter (where not is_struck) as offered from sf_line group by deal_id) using (deal_id);

insert into vendor.salesforce__opportunity_contact_roles by name
select
    sf_id('00K', deal_no * 8 + member_no) as id, deal_id as opportunity_id, contact_id, if(member_no % 2 = 0, 'Decision Maker', 'Influencer') as role, row_number() over (partition by deal_id order by member_no) = 1 as is_primary,
    false as is_deleted, greatest(opened_at, c.born_at) as created_at, created_at as last_modified_at, created_at as system_modstamp, created_at as _visible_at, false as _is_gone
from sf_deal d join sf_contact c using (org_no)
where (member_no + k) % 2 = 0 and c.born_at < closed_at and greatest(opened_at, c.born_at) < getvariable('plan_end') and dropped_at is null;

-- Cases of contacts; a few come by the web form from somebody it did not recognise.
create temp table sf_case as
with asks as (
    select person_no, k, whole_second(moment(person_no, 'sf case' || k, born_at, getvariable('plan_end'))) as asked_at, true as is_known
    from sf_contact, range(5) t(k) where k < floor(exponential(person_no, 'sf asks') * 2.2)
    union all
    select person_no, 9, whole_second(moment(person_no, 'sf web case', lead_at, getvariable('plan_end'))), false
    from sf_person where lead_at < getvariable('plan_end') and rnd(person_no, 'sf writes') < 0.08
), numbered as (
    select p.*, k, asked_at, is_known, row_number() over (order by asked_at, person_no, k) as case_no, rnd(case_no, 'sf fate') as fate
    from asks join sf_person p using (person_no)
), worked as (
    select
        *, sf_id('500', case_no) as case_id,
        seconds_later(asked_at, 600 + 80000 * rnd(case_no, 'sf picks up')) as picked_up_at,
        seconds_later(picked_up_at, 1200 + 86400 * exponential(case_no, 'sf takes') * 1.5) as closed_once_at,
        if(fate between 0.05 and 0.12, seconds_later(closed_once_at, 7200 + 86400 * 3 * rnd(case_no, 'sf returns')), null) as reopened_at,
        if(fate > 0.93, seconds_later(closed_once_at, 86400 * (1 + 50 * rnd(case_no, 'sf deletes'))), null) as deleted_at,
        lag(case_id) over (partition by person_no order by asked_at) as earlier_case_id
    from numbered
)
select
    *, if(fate < 0.05, null, closed_once_at) as first_closed_at,
    if(reopened_at is null, first_closed_at, seconds_later(reopened_at, 3600 + 86400 * 2 * rnd(case_no, 'sf closes again'))) as last_closed_at,
    if(fate > 0.955, earlier_case_id, null) as merged_into
from worked where asked_at < getvariable('plan_end');

create temp table sf_case_version as
select
    *, coalesce(tick >= deleted_at, false) as is_binned, coalesce(tick > deleted_at, false) as is_purged,
    case when tick >= last_closed_at then last_closed_at when tick >= reopened_at then null when tick >= first_closed_at then first_closed_at end as closed_at
from (select *, unnest(sf_ticks([asked_at, picked_up_at, first_closed_at, reopened_at, last_closed_at, deleted_at, deleted_at + to_days(15)])) as tick from sf_case);

insert into vendor.salesforce__cases by name
select
    case_id as id, lpad((1000 + case_no)::varchar, 8, '0') as case_number, if(is_known, account_id, null) as account_id, if(is_known, contact_id, null) as contact_id,
    if(is_known, null, first_name || ' ' || last_name) as supplied_name, if(is_known, null, mail_variant(main_mail, case_id, 'sf web mail')) as supplied_email,
    if(is_known, pick(['Phone', 'Email', 'Web'], case_no, 'sf origin'), 'Web') as origin, pick(['Question', 'Problem'], case_no, 'sf kind') as type,
    pick(['Delivery', 'Installation', 'Quality', 'Invoice'], case_no, 'sf reason') as reason, pick(['Low', 'Medium', 'Medium', 'High'], case_no, 'sf priority') as priority,
    case when closed_at is not null then 'Closed' when fate < 0.05 and tick >= picked_up_at then 'Waiting on Customer' when tick >= picked_up_at then 'Working' else 'New' end as status,
    pick(getvariable('ticket_subjects'), case_no, 'sf subject') as subject,
    pick(getvariable('complaints'), case_no, 'sf text') || chr(10) || '"Best regards", ' || first_name || ' & team' as description,
    closed_at is not null as is_closed, rnd(case_no, 'sf priority') > 0.9 as is_escalated, closed_at, sf_owner(case_no) as owner_id,
    if(is_binned, merged_into, null) as master_record_id, is_binned as is_deleted, asked_at as created_at, tick as last_modified_at, tick as system_modstamp,
    tick + sf_lag(case_id) as _visible_at, is_purged as _is_gone
from sf_case_version;

insert into truth.case_versions by name
select
    5000000000000 + case_no as ticket_id, person_id, case when is_binned then 'deleted' when closed_at is not null then 'closed' else 'open' end as status,
    asked_at::timestamptz as opened_at, closed_at::timestamptz as solved_at, (tick + sf_lag(case_id))::timestamptz as visible_at,
    lower(pick(['Delivery', 'Installation', 'Quality', 'Invoice'], case_no, 'sf reason')) as issue_key,
    if(is_known, pick(['voice', 'email', 'web'], case_no, 'sf origin'), 'web') as channel
from sf_case_version;

insert into truth.record_owner select 'salesforce', 'cases', case_id, person_id from sf_case;

-- What sales does: calls, e-mails and notes to self. One is indexed three minutes late, just after the first day's reading.
create temp table sf_task as
with spans as (
    select person_no, lead_id as who_id, null as what_id, lead_at as since, least(coalesce(converted_at, given_up_at, days_later(lead_at, 60)), getvariable('plan_end')) as until from sf_person where lead_at < getvariable('plan_end')
    union all
    select person_no, contact_id, account_id, born_at, getvariable('plan_end') from sf_contact
), planned as (
    select *, row_number() over (order by who_id, k) as task_no, whole_second(moment(who_id, 'sf task' || k, since, until)) as planned_at, rnd(task_no, 'sf task') as kind_draw
    from spans, range(6) t(k) where k < 1 + floor(exponential(who_id, 'sf tasks') * 2) and until > since + to_hours(1)
)
select
    *, sf_id('00T', task_no) as task_id, case when kind_draw < 0.45 then 'Call' when kind_draw < 0.8 then 'Email' else 'Task' end as subtype,
    case when task_no = 1 then getvariable('start') - to_seconds(120) else planned_at end as made_at,
    if(task_no = 1, to_seconds(180), to_seconds(0)) as late_by,
    if(subtype = 'Task', whole_second(days_later(made_at, 1 + 9 * rnd(task_no, 'sf does'))), made_at) as done_at,
    if(rnd(task_no, 'sf unlogged') < 0.02, whole_second(days_later(done_at, 1 + 20 * rnd(task_no, 'sf unlogs'))), null) as deleted_at
from planned where planned_at < getvariable('plan_end');

insert into vendor.salesforce__tasks by name
select
    task_id as id, who_id, what_id, what_id as account_id,
    case subtype when 'Call' then 'Call' when 'Email' then 'Email: your offer' else 'Prepare samples' end as subject, if(rnd(task_no, 'sf notes') < 0.3, 'N/A', null) as description,
    subtype, if(subtype = 'Call', if(rnd(task_no, 'sf inbound') < 0.3, 'Inbound', 'Outbound'), null) as call_type,
    if(subtype = 'Call', 20 + floor(exponential(task_no, 'sf talks') * 240)::int, null) as call_seconds,
    if(subtype = 'Call', pick(['Connected', 'Left voicemail', 'No answer'], task_no, 'sf outcome'), null) as call_outcome,
    if(tick >= done_at, 'Completed', 'Not Started') as status, berlin_day(done_at) as due_on, if(tick >= done_at, done_at, null) as completed_at, tick >= done_at as is_closed,
    -- Archived by the vendor after a year, which moves no stamp.
    tick >= done_at + to_days(365) as is_archived, sf_owner(task_no) as owner_id, coalesce(tick >= deleted_at, false) as is_deleted,
    made_at as created_at, if(is_archived, coalesce(deleted_at, done_at), tick) as last_modified_at, last_modified_at as system_modstamp, tick + late_by as _visible_at, false as _is_gone
from (select *, unnest(sf_ticks([made_at, done_at, deleted_at, done_at + to_days(365)])) as tick from sf_task);
