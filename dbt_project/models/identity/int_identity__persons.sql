{{ config(materialized='view') }}

with

country_spellings as (

    select * from {{ ref('int_identity__country_spellings') }}

),

told as (

    {{ union_persons(var('person_sources')) }}

),

persons as (

    select
        told.*,
        {{ phone_key('told.phone') }} as phone_key,
        {{ phone_key('told.mobile_phone') }} as mobile_phone_key,
        country_spellings.country_code,
        coalesce(country_spellings.country_code, '{{ var("default_country_code") }}') as dialled_from
    from told
    left join country_spellings on lower(trim(told.country)) = country_spellings.spelling

)

select * from persons
