-- Hard identity data: people as six systems know them, with the slips, moves, marriages, borrowed numbers and shared
-- mailboxes that make records of one person differ and records of two people agree. Independent of the company's life.
-- Reads variables `people` and `seed`, the word lists and the macros; writes noise.persons, noise.person_ids, noise.owner.

create schema noise;

create temp macro rank(n, id, salt) as 1 + floor(n * pow(rnd(id, salt), 1.7))::bigint;
create temp macro wheel(word, id, salt) as 2 + floor(rnd(id, salt) * greatest(len(word) - 2, 1))::bigint;
create temp macro slip_at(word, pos, kind, letter) as case
    when word is null or len(word) < 4 then word
    when kind < 0.3 then word[:pos - 1] || word[pos + 1:]
    when kind < 0.55 then word[:pos - 1] || word[pos + 1] || word[pos] || word[pos + 2:]
    when kind < 0.85 then word[:pos - 1] || letter || word[pos + 1:]
    else word[:pos] || letter || word[pos + 1:]
end;
create temp macro slip(word, id, salt) as
    slip_at(word, wheel(word, id, salt || 'at'), rnd(id, salt || 'kind'), 'abdefghiklmnorstu'[1 + floor(rnd(id, salt || 'letter') * 17)::int]);
create temp macro slipped(word, chance, id, salt) as if(rnd(id, salt) < chance, slip(word, id, salt), word);
create temp macro digit_slip(digits, id, salt) as
    digits[:wheel(digits, id, salt) - 1] || floor(rnd(id, salt || 'digit') * 10)::int || digits[wheel(digits, id, salt) + 1:];

-- Households of one to five; every 40th has twins, every 100th a parent and a child of one name.
create temp table home as
select home_no, (case when draw < 0.45 then 1 when draw < 0.75 then 2 when draw < 0.87 then 3 when draw < 0.97 then 4 else 5 end)::int as size
from (select h::bigint as home_no, rnd(h, 'size') as draw from range((getvariable('people') * 0.55)::bigint) t(h));

create temp table place as
select
    p as place_no,
    pick(['', '', 'Neu', 'Alt', 'Bad ', 'Ober', 'Unter', 'Nieder'], p, 'front') || pick(getvariable('last_names'), p, 'town')
        || pick(['', 'heim', 'dorf', 'stadt', 'burg', 'tal'], p, 'back') as city,
    lpad((1000 + p * 23)::varchar, 5, '0') as code
from range(1, 4001) t(p);

create temp table resident as
with members as (
    select row_number() over (order by home_no, member) - 1 as person_no, home_no, size, member
    from (select home_no, size, unnest(range(size)) as member from home)
)
select
    *,
    size > 1 and home_no % 40 = 7 as has_twins,
    size > 1 and home_no % 100 = 11 as has_namesakes,
    -- children and twins share the year or are a generation apart; the rest are of similar age
    date '1938-01-01' + floor(rnd(home_no, 'age') * 18000)::int
        + case when has_twins and member < 2 then 0 when member = 0 then 0 when member = 1 and not has_namesakes then floor(rnd(person_no, 'near') * 2500)::int
               else 8500 + floor(rnd(person_no, 'child') * 4500)::int end as born_on,
    if(has_namesakes and member = 1, 0, member) as first_name_of,
    if(member = 0 or rnd(person_no, 'own name') < 0.88, 'h' || home_no, 'p' || person_no) as family,
    rank(4000, home_no, 'place') as place_no,
    if(rnd(home_no, 'moves') < 0.12, rank(4000, home_no, 'next place'), null) as next_place_no,
    rnd(person_no, 'marries') < 0.03 as marries,
    case when rnd(person_no, 'works') < 0.15 then floor(rnd(person_no, 'employer') * getvariable('people') / 25)::bigint end as org_no,
    rnd(home_no, 'family mail') < 0.12 and size > 1 as has_family_mail
from members
where person_no < getvariable('people');

create temp macro family_name(id) as
    pick(['', '', '', 'Ober', 'Nieder', 'Neu', 'Stein', 'Berg', 'Wald', 'Feld', 'Hinter', 'Brunn'], rank(2600, id, 'stem'), 'front')
    || pick(getvariable('last_names'), rank(2600, id, 'stem'), 'stem') || pick(['', '', '', 'er', 'mann', 'bauer', 'hofer', 'meier'], rank(2600, id, 'stem'), 'back');
-- Parents do not give two children one name: the members of a household stand eleven names apart.
create temp macro given_name(home, place, id) as
    getvariable('first_names')[1 + (rank(66, home, 'given') + 11 * place) % 66]
    || if(rnd(id, 'long given') < 0.2, pick(['lin', 'ke', 'na', '-Maria', '-Marie', 'o', 'a', '-Luise'], id, 'ending'), '');
create temp macro street_of(id) as
    pick(getvariable('last_names'), id, 'street') || pick(['straße', 'weg', 'gasse', 'allee', 'platz', 'ring'], id, 'kind') || ' ' || (1 + floor(rnd(id, 'house') * 140))::int;
create temp macro mobile_of(id) as '49' || pick(['151', '160', '170', '171', '172', '175', '176', '178'], id, 'net') || lpad((hash(id, 'mobile', getvariable('seed')) % 100000000)::varchar, 8, '0');
create temp macro landline_of(id) as '49' || pick(['30', '69', '40', '221', '89', '711', '351'], id, 'area') || lpad((hash(id, 'line', getvariable('seed')) % 10000000)::varchar, 7, '0');

create temp table soul as
select
    *,
    given_name(home_no, first_name_of, home_no || '-' || first_name_of) as first_name,
    family_name(family) as birth_name,
    if(marries, family_name('m' || person_no), birth_name) as last_name,
    getvariable('nicknames')[first_name] as nickname,
    street_of('h' || home_no) as street, street_of('x' || home_no) as next_street,
    mobile_of(person_no) as mobile,
    -- a number somebody else gave up
    if(person_no > 500 and rnd(person_no, 'recycled') < 0.02, mobile_of(person_no - 417), null) as second_hand_mobile,
    landline_of('h' || home_no) as landline,
    case when org_no is not null then landline_of('o' || org_no) end as switchboard,
    case when org_no is not null then pick(getvariable('organisations'), org_no, 'a') || ' ' || pick(getvariable('last_names'), org_no, 'b') end as employer,
    case when org_no is not null then mail_part(pick(getvariable('last_names'), org_no, 'b')) || org_no || '.example' end as domain,
    mail_part(first_name) as f, mail_part(birth_name) as l,
    case floor(rnd(person_no, 'mail kind') * 4)::int
        when 0 then f || '.' || l || person_no when 1 then f[1] || l || person_no when 2 then f || person_no || l[1] else l || '.' || f || (person_no * 7) end
        || '@' || pick(getvariable('mail_hosts'), person_no, 'host') as own_mail,
    case when rnd(person_no, 'second mail') < 0.15 then pick(['sun', 'blue', 'kicker', 'foto', 'rad', 'mini'], person_no, 'word') || f[1:3] || (person_no * 3)
        || '@' || pick(getvariable('mail_hosts'), person_no, 'host2') end as second_mail,
    f || '.' || l || '@' || domain as work_mail,
    case when has_family_mail then 'familie.' || mail_part(family_name('h' || home_no)) || home_no || '@' || pick(getvariable('mail_hosts'), home_no, 'host') end as family_mail,
    'T' || lpad((hash(person_no, 'tax', getvariable('seed')) % 10000000000)::varchar, 10, '0') as tax_id
from resident;

-- Who is known where, some twice. `age` is when the record was made in the life of the person: 0 long ago, 1 just now.
create temp table entry as
select
    s.*, system.name as source, copy,
    system.name || ':people:' || person_no || '-' || copy as node_id,
    rnd(node_id, 'age') as age
from soul s, (values
    ('crm', 0.62, 0.05), ('erp', 0.45, 0.01), ('billing', 0.42, 0.02), ('support', 0.42, 0.06), ('shop', 0.58, 0.03), ('clinic', 0.33, 0.02)
) system(name, share, twice), range(2) c(copy)
where rnd(s.person_no, system.name) < if(copy = 0, share, share * twice)
    or (copy = 0 and system.name = 'shop' and s.person_no % 50 = 0);

create temp table known as
select
    *,
    age > 0.5 and next_place_no is not null as has_moved,
    if(has_moved, next_place_no, place_no) as at_place,
    source = 'erp' and org_no is not null and rnd(node_id, 'company') < 0.3 as is_company,
    coalesce(if(rnd(node_id, 'nick') < 0.35, nickname, null), first_name) as called,
    case when rnd(node_id, 'initial') < 0.02 then called[1] || '.' else slipped(called, 0.035, node_id, 'first') end as given,
    slipped(if(age > 0.5, last_name, birth_name), 0.04, node_id, 'last') as family_told,
    case
        when is_company or rnd(node_id, 'role') < 0.02 and domain is not null then pick(['info', 'office', 'kontakt'], org_no, 'role') || '@' || domain
        when rnd(node_id, 'junk') < 0.004 then pick(['none@none.com', 'test@test.de', 'noreply@example.com'], node_id, 'junk mail')
        when family_mail is not null and rnd(node_id, 'family') < 0.45 then family_mail
        when work_mail is not null and rnd(node_id, 'work') < 0.25 then work_mail
        when second_mail is not null and rnd(node_id, 'second') < 0.3 then second_mail
        else own_mail
    end as mail,
    case
        when rnd(node_id, 'junk phone') < 0.003 then '49300000000'
        when switchboard is not null and (is_company or rnd(node_id, 'at work') < 0.3) then switchboard
        when rnd(node_id, 'line') < 0.25 then landline
        when age > 0.6 and second_hand_mobile is not null then second_hand_mobile
        else mobile
    end as number
from entry;

create temp macro has(source, crm, erp, billing, support, shop, clinic, id, salt) as
    rnd(id, salt) < case source when 'crm' then crm when 'erp' then erp when 'billing' then billing when 'support' then support when 'shop' then shop else clinic end;

create table noise.persons as
with told as (
    select
        k.*, place.city, place.code,
        if(has_moved, next_street, street) as lives_at,
        if(has(source, 0.9, 0.7, 0.98, 0.85, 1, 0.4, node_id, 'has mail') or is_company, slipped(mail, 0.02, node_id, 'mail'), null) as told_mail,
        -- whoever asks for help leaves one way to be answered
        if(has(source, 0.8, 0.8, 0.6, 0.7, 0.75, 0.9, node_id, 'has phone') or (source = 'support' and told_mail is null), if(rnd(node_id, 'phone') < 0.02, digit_slip(number, node_id, 'phone'), number), null) as told_number,
        strftime(case
            when rnd(node_id, 'born') < 0.01 and day(born_on) <= 12 then make_date(year(born_on), day(born_on), month(born_on))
            when rnd(node_id, 'born') < 0.02 then born_on + interval 10 year
            when rnd(node_id, 'born') < 0.035 then born_on + interval 1 day * (1 + floor(rnd(node_id, 'days') * 9)::int)
            else born_on end, '%Y-%m-%d') as told_born
    from known k join place on k.at_place = place.place_no
)
select
    node_id, source, 'people' as resource, person_no || '-' || copy as record_key,
    case when source in ('crm', 'shop', 'clinic') then if(rnd(node_id, 'swap') < 0.01, family_told, given) end as given_name,
    case when source in ('crm', 'shop', 'clinic') then if(rnd(node_id, 'swap') < 0.01, given, family_told) end as family_name,
    case
        when source in ('crm', 'shop', 'clinic') or is_company or (source = 'support' and told_mail is not null and rnd(node_id, 'nameless') < 0.2) then null
        when rnd(node_id, 'order') < 0.2 then family_told || ', ' || given
        when rnd(node_id, 'title') < 0.03 then 'Dr. ' || given || ' ' || family_told
        when rnd(node_id, 'capitals') < 0.05 then upper(given || ' ' || family_told)
        else given || ' ' || family_told
    end as full_name,
    if(is_company or (source = 'crm' and rnd(node_id, 'employer told') < 0.5), employer || pick([' GmbH', ' GmbH & Co. KG', ' AG', '', ' e.K.'], node_id, 'legal form'), null) as organisation_name,
    mail_variant(told_mail, node_id, 'mail style') as email,
    case when told_number is null then null
         when rnd(node_id, 'phone style') < 0.4 then '+' || told_number
         when rnd(node_id, 'phone style') < 0.6 then '0' || told_number[3:]
         when rnd(node_id, 'phone style') < 0.8 then '+' || told_number[:2] || ' ' || told_number[3:5] || ' ' || told_number[6:]
         else '00' || told_number end as phone,
    null::varchar as mobile_phone,
    null::varchar as social_handle,
    if(has(source, 0.6, 0.97, 0.85, 0.2, 0.9, 0.97, node_id, 'has street'), slipped(lives_at, 0.03, node_id, 'street'), null) as street,
    if(has(source, 0.85, 0.98, 0.92, 0.5, 0.95, 0.98, node_id, 'has place'), slipped(city, 0.02, node_id, 'city'), null) as city,
    if(has(source, 0.85, 0.98, 0.92, 0.5, 0.95, 0.98, node_id, 'has place'), if(rnd(node_id, 'code') < 0.015, digit_slip(code, node_id, 'code'), code), null) as postal_code,
    'DE' as country,
    if(has(source, 0, 0, 0, 0, 0.65, 0.98, node_id, 'has birth date'), told_born, null) as birth_date,
    if(has(source, 0, 0, 0, 0, 0, 0.7, node_id, 'has tax id'), if(rnd(node_id, 'tax') < 0.01, digit_slip(tax_id, node_id, 'tax'), tax_id), null) as national_id,
    timestamptz '2024-01-01 00:00:00+00' + to_seconds((age * 70000000)::bigint) as first_seen_at
from told;

-- Systems name each other's records; now and then it is the number of somebody else in the house.
create table noise.person_ids as
with numbered as (select node_id, source, person_no, home_no, size from known where copy = 0),
partner as (select home_no, min(person_no) as first_no, max(person_no) as last_no from numbered group by home_no),
named as (
    select k.node_id, k.source, other.name as system,
        if(rnd(k.node_id, 'borrowed' || other.name) < 0.01 and k.size > 1, if(k.person_no = partner.first_no, partner.last_no, partner.first_no), k.person_no) as number
    from known k join partner using (home_no), (values ('crm', 'erp', 0.5), ('billing', 'crm', 0.6), ('support', 'crm', 0.4), ('support', 'erp', 0.3), ('shop', 'erp', 0.4)) other(source, name, share)
    where k.source = other.source and rnd(k.node_id, 'names' || other.name) < other.share
)
select node_id, source || '_id' as identifier_type, person_no::varchar as identifier_value, true as is_issuer from numbered
union all
select named.node_id, system || '_id', number::varchar, false from named
where (system, number) in (select (source, person_no) from numbered);

create table noise.owner as select node_id, person_no from known;
