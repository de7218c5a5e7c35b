with

opportunities as (

    select * from {{ source('raw_salesforce', 'opportunities') }}

),

cleaned as (

    select
        id as opportunity_id,
        {{ blank_to_null('account_id') }} as account_id,
        {{ blank_to_null('campaign_id') }} as campaign_id,
        {{ blank_to_null('owner_id') }} as owner_id,

        {{ blank_to_null('name') }} as opportunity_name,
        lower({{ blank_to_null('stage') }}) as stage,
        lower({{ blank_to_null('type') }}) as opportunity_type,
        lower(replace({{ blank_to_null('lead_source') }}, ' ', '_')) as lead_source,
        upper({{ blank_to_null('currency_code') }}) as currency_code,

        amount,

        coalesce(is_closed, false) as is_closed,
        coalesce(is_won, false) as is_won,
        coalesce(is_deleted, false) as is_deleted,

        close_on,
        last_stage_change_at,
        created_at,
        last_modified_at,
        system_modstamp,
        _observed_at

    from opportunities

)

select * from cleaned
