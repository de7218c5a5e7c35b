with

campaigns as (

    select * from {{ source('raw_salesforce', 'campaigns') }}

),

cleaned as (

    select
        id as campaign_id,
        {{ blank_to_null('parent_id') }} as parent_id,

        {{ blank_to_null('name') }} as campaign_name,
        lower(replace({{ blank_to_null('type') }}, ' ', '_')) as campaign_type,
        lower({{ blank_to_null('status') }}) as status,
        upper({{ blank_to_null('currency_code') }}) as currency_code,

        budgeted_cost,
        actual_cost,

        coalesce(is_active, false) as is_active,
        coalesce(is_deleted, false) as is_deleted,

        start_on,
        end_on,
        created_at,
        last_modified_at,
        system_modstamp,
        _observed_at

    from campaigns

)

select * from cleaned
