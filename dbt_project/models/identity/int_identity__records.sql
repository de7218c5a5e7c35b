with

country_spellings as (

    select * from {{ ref('int_identity__country_spellings') }}

),

persons as (

    select * from {{ ref('int_identity__persons') }}

),

countries as (

    select * from {{ ref('country_calling_codes') }}

),

with_country as (

    select
        persons.*,
        country_spellings.country_code,
        {{ given_name_first('persons.full_name') }} as ordered_name
    from persons
    left join country_spellings on lower(trim(persons.country)) = country_spellings.spelling

),

-- a number written as at home is completed as the person's country does it
with_numbers as (

    select
        with_country.*,
        {{ clean_email('with_country.email') }} as email_clean,
        {{ clean_phone('with_country.phone', 'countries.calling_code', 'countries.trunk_prefix') }} as phone_digits,
        {{ clean_phone('with_country.mobile_phone', 'countries.calling_code', 'countries.trunk_prefix') }}
            as mobile_phone_digits
    from with_country
    left join countries
        on coalesce(with_country.country_code, '{{ var("default_country_code") }}') = countries.country_code

),

with_names as (

    select
        *,
        coalesce(given_name, {{ first_word('ordered_name') }}) as first_name,
        coalesce(family_name, {{ last_word('ordered_name') }}) as last_name,
        {{ clean_name("coalesce(given_name, ordered_name)") }} as clean_given_name,
        {{ clean_name("coalesce(family_name, case when given_name is null then ordered_name end)") }}
            as clean_family_name
    from with_numbers

),

records as (

    select
        node_id,
        source,
        resource,
        record_key,

        first_name,
        last_name,
        {{ first_word('clean_given_name') }} as first_name_clean,
        case
            when family_name is null then {{ last_word('clean_family_name') }}
            else coalesce({{ last_word('clean_family_name') }}, clean_family_name)
        end as last_name_clean,
        email,
        email_clean,
        phone,
        phone_digits,
        mobile_phone,
        mobile_phone_digits,
        social_handle,
        city,
        postal_code,
        country_code,
        acquisition_source,

        is_reference,
        is_deleted,
        is_opted_out,
        is_test,

        lead_created_at,
        first_seen_at,
        last_seen_at

    from with_names

),

nicknames as (

    select * from {{ ref('nicknames') }}

),

with_canonical_names as (

    select
        records.*,
        coalesce(nicknames.given_name, records.first_name_clean) as first_name_canonical,
        records.last_name_clean as last_name_canonical
    from records
    left join nicknames on records.first_name_clean = nicknames.nickname

)

select * from with_canonical_names
