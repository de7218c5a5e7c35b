with

companies as (

    select * from {{ source('raw_intercom', 'companies') }}

),

cleaned as (

    select
        id as company_ref,
        {{ blank_to_null('company_id') }} as company_id,

        {{ blank_to_null('name') }} as name,
        {{ blank_to_null('website') }} as website,
        nullif(
            split_part({{ replace_all("lower(trim(website))", '^(https?://)?(www[.])?', '') }}, '/', 1), ''
        ) as domain,
        {{ blank_to_null('industry') }} as industry,
        {{ blank_to_null('plan') }} as plan,
        custom_attributes,

        size,
        monthly_spend,
        user_count,

        created_at,
        updated_at,
        _observed_at

    from companies

)

select * from cleaned
