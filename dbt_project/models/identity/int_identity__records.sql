with

persons as (

    select
        *,
        {{ given_name_first('full_name') }} as ordered_name
    from {{ ref('int_identity__persons') }}

),

phone_numbers as (

    select * from {{ ref('int_identity__phone_numbers') }}

),

organisation_names as (

    select * from {{ ref('int_identity__organisation_names') }}

),

nicknames as (

    select * from {{ ref('nicknames') }}

),

with_names as (

    select
        *,
        coalesce(given_name, {{ first_word('ordered_name') }}) as first_name,
        coalesce(family_name, {{ last_word('ordered_name') }}) as last_name,
        {{ clean_name("coalesce(given_name, ordered_name)") }} as clean_given_name,
        {{ clean_name("family_name") }} as clean_family_name
    from persons

),

with_words as (

    select
        *,
        {{ first_word('clean_given_name') }} as first_name_clean,
        coalesce(
            {{ last_word('clean_family_name') }},
            clean_family_name,
            case when given_name is null then {{ last_word('clean_given_name') }} end
        ) as last_name_clean
    from with_names

),

records as (

    select
        with_words.node_id,
        with_words.source,
        with_words.resource,
        with_words.record_key,

        with_words.first_name,
        with_words.last_name,
        coalesce(nicknames.given_name, with_words.first_name_clean) as first_name_canonical,
        with_words.last_name_clean as last_name_canonical,
        organisation_names.organisation_clean,
        {{ clean_birth_date('with_words.birth_date') }} as birth_date_clean,
        with_words.email,
        {{ clean_email('with_words.email') }} as email_clean,
        phones.phone_digits,
        mobile_phones.phone_digits as mobile_phone_digits,
        with_words.social_handle,
        with_words.street,
        with_words.city,
        with_words.postal_code,
        with_words.country_code,
        {{ clean_code('with_words.national_id') }} as national_id_clean,
        with_words.acquisition_source,

        with_words.is_reference,
        with_words.is_deleted,
        with_words.is_opted_out,
        with_words.is_test,

        with_words.lead_created_at,
        with_words.first_seen_at,
        with_words.last_seen_at

    from with_words
    left join phone_numbers as phones
        on with_words.phone_key = phones.phone_key and with_words.dialled_from = phones.dialled_from
    left join phone_numbers as mobile_phones
        on
            with_words.mobile_phone_key = mobile_phones.phone_key
            and with_words.dialled_from = mobile_phones.dialled_from
    left join organisation_names on with_words.organisation_name = organisation_names.organisation_name
    left join nicknames on with_words.first_name_clean = nicknames.nickname

)

select * from records
